const SECRET = /^[\x21-\x2b\x2d-\x7e]{24,512}$/;
/** Two senders, each with its current secret and the previous or next one during a rotation. */
const MAX_SECRETS = 4;

export const EVENT_SECRETS_RULE =
  'must be one to four different secrets, separated by commas, each of 24 to 512 visible characters without a comma';

/** The secrets between the commas, trimmed. */
export function splitEventSecrets(text: string): string[] {
  return text.split(',').map((secret) => secret.trim());
}

/** One to four different secrets of senders of platform events. */
export function isEventSecretList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SECRETS) return false;
  const isSecret = (secret: unknown): boolean => typeof secret === 'string' && SECRET.test(secret);
  return value.every(isSecret) && new Set(value).size === value.length;
}
