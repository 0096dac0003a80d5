import type { SessionPolicy } from './session.policy';

/** Part of answers, metrics and log lines. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Who has a say in openings. A module adds its policy while it starts (`onModuleInit`).
 *
 * @publicApi
 */
export class SessionPolicies {
  private readonly policies = new Map<string, SessionPolicy>();

  /** Throws for a name that is taken, or that is not lower-case letters, digits and hyphens, 40 at most. */
  add(policy: SessionPolicy): void {
    const { name } = policy;
    if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a session policy`);
    if (this.policies.has(name)) throw new Error(`There are two session policies named "${name}"`);
    this.policies.set(name, policy);
  }

  /** In the order in which they came, which is the order in which they are asked. */
  get all(): readonly SessionPolicy[] {
    return [...this.policies.values()];
  }
}
