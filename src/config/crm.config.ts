import type { Environment } from './environment';
import { WebhookSecrets } from './webhook-secrets';

/** The receiver of session events. */
export class CrmConfig {
  /** Absent: there is no CRM. */
  readonly webhookUrl: string | undefined;
  readonly secrets: WebhookSecrets;
  /** Whether the webhook may be at an address that is not globally routable, and without TLS. */
  readonly allowPrivate: boolean;

  constructor(environment: Environment) {
    this.webhookUrl = environment.CRM_WEBHOOK_URL;
    this.secrets = new WebhookSecrets(environment);
    this.allowPrivate = environment.CRM_WEBHOOK_ALLOW_PRIVATE;
  }
}
