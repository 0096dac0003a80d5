import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { WebhookEvent } from './webhook-event.js';

const SIGNED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Headers of `fetch`, or those of a Node server. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Verifies requests by Standard Webhooks 1.0. During a rotation it accepts the signature of any of its secrets. */
export class WebhookVerifier {
  private readonly webhooks: readonly Webhook[];

  /** Throws for a secret that is not base64 after its prefix `whsec_`. */
  constructor(...secrets: readonly [string, ...string[]]) {
    this.webhooks = secrets.map((secret) => new Webhook(secret));
  }

  /**
   * Returns the event. Throws `WebhookVerificationError` unless one of the secrets has signed it, at most five minutes
   * ago by the clock of this machine. `body` is the body as it was received: parsed and printed again, it would be another
   * text.
   */
  verify(body: string | Uint8Array, headers: WebhookHeaders): WebhookEvent {
    const text = typeof body === 'string' ? body : textOf(body);
    const signed = Object.fromEntries(SIGNED.map((name) => [name, valueOf(headers, name)]));
    let refusal: WebhookVerificationError | undefined;
    for (const webhook of this.webhooks) {
      try {
        return webhook.verify(text, signed) as WebhookEvent;
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        refusal = error;
      }
    }
    throw refusal ?? new WebhookVerificationError('No secret is configured');
  }
}

/** A byte order mark is kept, since it was signed. */
function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new WebhookVerificationError('The body is not UTF-8');
  }
}

function valueOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === 'string' ? value : '';
}
