import type { Environment } from './environment';
import { WebhookSecrets } from './webhook-secrets';

/** The receiver of session events. */
export class CrmConfig {
  /** Absent without a CRM. */
  readonly webhookUrl: string | undefined;
  /** The `authorization` header for the user and password in the setting (RFC 7617); absent without them. */
  readonly authorization: string | undefined;
  readonly secrets: WebhookSecrets;
  /** Allows a webhook at an address that is not globally routable, and without TLS. */
  readonly allowPrivate: boolean;

  constructor(environment: Environment) {
    const { url, authorization } = splitUser(environment.CRM_WEBHOOK_URL);
    this.webhookUrl = url;
    this.authorization = authorization;
    this.secrets = new WebhookSecrets(environment);
    this.allowPrivate = environment.CRM_WEBHOOK_ALLOW_PRIVATE;
  }
}

function splitUser(setting: string | undefined): { url?: string; authorization?: string } {
  if (setting === undefined) return {};
  // The environment refuses such a URL; a delivery to it fails.
  if (!URL.canParse(setting)) return { url: setting };
  const url = new URL(setting);
  const { username, password } = url;
  if (username + password === '') return { url: setting };
  url.username = '';
  url.password = '';
  const credentials = [username, password].map(decodeURIComponent).join(':');
  return { url: url.href, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
