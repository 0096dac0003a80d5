import { Webhook } from 'standardwebhooks';

/**
 * The headers of Standard Webhooks 1.0: an id, the time of the attempt, and one signature per secret, in their order.
 * Without a secret there is no signature. `body` is the exact body of the request; `now` is in epoch milliseconds.
 */
export function webhookHeaders(
  id: string,
  body: string,
  now: number,
  secrets: readonly string[],
): Record<string, string> {
  const at = new Date(now);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    ...(signatures.length === 0 ? {} : { 'webhook-signature': signatures.join(' ') }),
  };
}
