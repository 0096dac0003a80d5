import { Webhook } from 'standardwebhooks';

/** Headers of an attempt, as the service sends them: one signature for each secret. `at` is in epoch milliseconds. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  at = Date.now(),
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

export function secretOf(letter: string): string {
  return `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`;
}

/** Body of an event of a conversation. */
export function bodyOf(
  id: string,
  sequence: number,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const timestamp = '2027-01-15T08:00:00.000Z';
  const conversationId = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';
  const data = { state: 'active', version: 2 };
  return JSON.stringify({
    id,
    type: 'session.connected',
    timestamp,
    conversationId,
    sequence,
    data,
    ...changes,
  });
}
