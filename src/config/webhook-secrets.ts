import type { Environment } from './environment';
import { ReloadingFile } from './reloading-file';
import { isWebhookSecretList, splitWebhookSecrets, webhookKeyOf } from './webhook-secret-list';

/**
 * The secrets that sign webhooks; none for unsigned webhooks. Whether webhooks are signed is fixed at the start;
 * secrets from a file follow it.
 */
export class WebhookSecrets {
  private known: readonly string[];
  private readonly file: ReloadingFile<readonly string[]>;

  constructor(environment: Environment) {
    this.known = environment.CRM_WEBHOOK_SECRET ?? [];
    this.file = ReloadingFile.of(environment, 'CRM_WEBHOOK_SECRET', listIn, (secrets) => {
      for (const secret of secrets) environment.secrets.add(webhookKeyOf(secret));
      this.known = secrets;
    });
  }

  /** In the order of the setting. */
  get current(): readonly string[] {
    this.file.follow();
    return this.known;
  }
}

function listIn(text: string): readonly string[] | undefined {
  const secrets = splitWebhookSecrets(text);
  return isWebhookSecretList(secrets) ? secrets : undefined;
}
