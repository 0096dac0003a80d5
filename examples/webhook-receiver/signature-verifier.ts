import type { IncomingHttpHeaders } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Verifies requests by Standard Webhooks 1.0. During a rotation it accepts the signature of any of its secrets. */
export class SignatureVerifier {
  private readonly webhooks: readonly Webhook[];

  /** Throws for a secret that is not base64 after its prefix `whsec_`. */
  constructor(secrets: readonly string[]) {
    this.webhooks = secrets.map((secret) => new Webhook(secret));
  }

  /**
   * Throws `WebhookVerificationError` unless one of the secrets has signed the id, the timestamp and the body, at most
   * five minutes ago by the clock of this machine. `body` is the body as it was received: parsed and printed again, it
   * would be another text.
   */
  verify(body: Buffer, headers: IncomingHttpHeaders): void {
    const signed = Object.fromEntries(HEADERS.map((name) => [name, String(headers[name] ?? '')]));
    let refusal = new WebhookVerificationError('No secret is configured');
    for (const webhook of this.webhooks) {
      try {
        webhook.verify(body, signed, { jsonParse: false });
        return;
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }
}
