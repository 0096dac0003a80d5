import { readFileSync } from 'node:fs';
import type { Environment } from './environment';
import { isWebhookSecretList, splitWebhookSecrets, webhookKeyOf } from './webhook-secret-list';

/**
 * The secrets that webhooks are signed with; none when webhooks are not signed. Whether they are is fixed at the
 * start; the secrets may be rotated in the file they came from, which is read again whenever they are asked for. A
 * file that cannot be read, or does not hold what it should, leaves the last known secrets in force.
 */
export class WebhookSecrets {
  private known: readonly string[];
  private text = '';

  constructor(private readonly environment: Environment) {
    this.known = environment.CRM_WEBHOOK_SECRET ?? [];
  }

  /** In the order of the setting. */
  get current(): readonly string[] {
    this.readAgain();
    return this.known;
  }

  private readAgain(): void {
    const text = this.textOfFile();
    if (text === undefined || text === this.text) return;
    const secrets = splitWebhookSecrets(text);
    if (!isWebhookSecretList(secrets)) return;
    for (const secret of secrets) this.environment.secrets.add(webhookKeyOf(secret));
    this.text = text;
    this.known = secrets;
  }

  private textOfFile(): string | undefined {
    const path = this.environment.files['CRM_WEBHOOK_SECRET'];
    try {
      return path === undefined ? undefined : readFileSync(path, 'utf8');
    } catch {
      // In the middle of a rotation the file may be away; the next asking reads it again.
      return undefined;
    }
  }
}
