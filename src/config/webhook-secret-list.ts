const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;
/** The current secret, and the previous or next one during a rotation at the receiver. */
const MAX_SECRETS = 2;

export const WEBHOOK_SECRET_RULE =
  'must be one or two, separated by a comma, of whsec_ and 24 to 64 bytes in base64';

/** The secrets between the commas, trimmed. */
export function splitWebhookSecrets(text: string): string[] {
  return text.split(',').map((secret) => secret.trim());
}

/** One or two different secrets of Standard Webhooks. */
export function isWebhookSecretList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SECRETS) return false;
  return value.every(isWebhookSecret) && new Set(value).size === value.length;
}

/** The key of a secret as text, which identifies a secret in any spelling. */
export function webhookKeyOf(secret: string): string {
  return SECRET.exec(secret)?.[1] ?? '';
}

function isWebhookSecret(value: unknown): boolean {
  const text = typeof value === 'string' ? webhookKeyOf(value) : '';
  const key = Buffer.from(text, 'base64');
  // Buffer skips invalid base64; a receiver's library would refuse it, or read another key.
  return key.toString('base64') === text && key.length >= MIN_BYTES && key.length <= MAX_BYTES;
}
