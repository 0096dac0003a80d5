import { randomBytes } from 'node:crypto';
import type { OpenIntegration } from '../../../config/open-integration-list';
import { CommandRefusedError } from './command.errors';
import type { IntegrationAdmin } from './integration-admin';

const SECRET_BYTES = 32;

export interface Rotation {
  readonly id: string;
  /** The current secret is unknown: the new one stands alone, and webhooks are refused until the rotation is done. */
  readonly isLost: boolean;
}

/** A fresh secret token of 256 random bits, in base64url. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * Replaces the secret token of an integration in two steps, so that the service knows the new secret before the platform
 * signs with it:
 *
 *   [old] ── begin ──▶ [new, old] is deployed ── complete ──▶ the platform signs with new ──▶ [new] is deployed
 *
 * The new secret is kept nowhere but in the setting. `complete` is idempotent: it sends the first secret of the setting.
 */
export class SecretRotation {
  constructor(
    private readonly admin: IntegrationAdmin,
    private readonly configured: readonly OpenIntegration[],
    private readonly print: (text: string) => void,
  ) {}

  /** Prints the entry to deploy, and changes nothing in Genesys Cloud. */
  async begin({ id, isLost }: Rotation, signal: AbortSignal): Promise<void> {
    const current = isLost ? [] : [this.currentSecretOf(id)];
    await this.admin.get(id, signal);
    const lost = isLost ? ' --lost' : '';
    this.print(`entry  ${JSON.stringify({ id, secrets: [newSecret(), ...current] })}

Nothing is changed in Genesys Cloud yet. Next:
  1. Replace the entry of ${id} in GENESYS_OPEN_INTEGRATIONS or GENESYS_OPEN_INTEGRATIONS_FILE with this one, on each
     replica, and restart the service unless it reads the setting from a file.
  2. With the same setting, run
     npm run --silent open-messaging -- rotate-secret --id ${id}${lost} --deployed
`);
  }

  /** Gives the platform the first secret of the deployed entry. */
  async complete({ id, isLost }: Rotation, signal: AbortSignal): Promise<void> {
    const [secret, previous] = this.secretsOf(id);
    if (secret === undefined || (previous === undefined) !== isLost) {
      const wanted = isLost ? 'one secret' : 'two secrets, the new one first';
      throw new CommandRefusedError(`The entry of ${id} in GENESYS_OPEN_INTEGRATIONS must have ${wanted}.`);
    }
    const { name } = await this.admin.get(id, signal);
    await this.admin.change(id, { name, secret }, signal);
    this.print(`Genesys Cloud signs with the ${isLost ? '' : 'first '}secret of the entry of ${id}.\n`);
    if (!isLost)
      this.print(
        'Wait until earlier webhooks have been repeated (a minute), then remove the second secret of the entry.\n',
      );
  }

  private currentSecretOf(id: string): string {
    const [secret, other] = this.secretsOf(id);
    if (secret === undefined)
      throw new CommandRefusedError(
        `GENESYS_OPEN_INTEGRATIONS has no entry of ${id}. If its secret is lost, use --lost.`,
      );
    if (other !== undefined)
      throw new CommandRefusedError(
        `The entry of ${id} has two secrets: complete that rotation with --deployed, or remove the unused secret.`,
      );
    return secret;
  }

  private secretsOf(id: string): readonly string[] {
    return this.configured.find((entry) => entry.id === id)?.secrets ?? [];
  }
}
