import type { SessionPolicy } from './session-policy';

/** Names appear in responses, metrics and log lines. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Who has a say in openings. A module adds its policy while it starts (`onModuleInit`).
 *
 * @publicApi
 */
export class SessionPolicies {
  private readonly policies = new Map<string, SessionPolicy>();

  /** Throws for a duplicate name, or for one that is not at most 40 lower-case letters, digits and hyphens. */
  add(policy: SessionPolicy): void {
    const { name } = policy;
    if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a session policy`);
    if (this.policies.has(name)) throw new Error(`There are two session policies named "${name}"`);
    this.policies.set(name, policy);
  }

  /** In the order of their registration, which is the order of their evaluation. */
  get all(): readonly SessionPolicy[] {
    return [...this.policies.values()];
  }
}
