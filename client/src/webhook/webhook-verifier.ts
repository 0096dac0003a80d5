import * as standard from 'standardwebhooks';
import type { WebhookEvent } from './webhook-event.js';
import { WebhookVerificationError } from './webhook-verification.errors.js';

const SIGNED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Headers of `fetch`, or those of a Node server. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Verifies requests by Standard Webhooks 1.0. During a rotation it accepts the signature of any of its secrets. */
export class WebhookVerifier {
  private readonly webhooks: readonly standard.Webhook[];

  /** Throws for a secret that is not base64 after its prefix `whsec_`. */
  constructor(...secrets: readonly [string, ...string[]]) {
    this.webhooks = secrets.map((secret) => new standard.Webhook(secret));
  }

  /**
   * Returns the event. Throws `WebhookVerificationError` unless one of the secrets has signed it, at most five minutes
   * ago by the clock of this machine. `body` is the body as it was received: parsed and printed again, it would be another
   * text.
   */
  verify(body: string | Uint8Array, headers: WebhookHeaders): WebhookEvent {
    const text = typeof body === 'string' ? body : textOf(body);
    const signed = Object.fromEntries(SIGNED.map((name) => [name, valueOf(headers, name)]));
    let refusal: standard.WebhookVerificationError | undefined;
    for (const webhook of this.webhooks) {
      try {
        return webhook.verify(text, signed) as WebhookEvent;
      } catch (error) {
        if (!(error instanceof standard.WebhookVerificationError)) throw error;
        refusal = error;
      }
    }
    throw new WebhookVerificationError(refusal?.message, { cause: refusal });
  }
}

/** A byte order mark is kept, since it was signed. */
function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new WebhookVerificationError('The body is not UTF-8', { cause });
  }
}

function valueOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === 'string' ? value : '';
}
