import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';

/**
 * Whether one of the secrets has signed these bytes: `X-Hub-Signature-256` is `sha256=` and the HMAC-SHA-256 in base64, as
 * Genesys Cloud documents it; receivers have accepted it in hexadecimal too. The comparison takes constant time.
 */
export function isGenuine(body: Buffer, signature: string | undefined, secrets: readonly string[]): boolean {
  if (signature?.startsWith(PREFIX) !== true) return false;
  const given = digestIn(signature.slice(PREFIX.length));
  const matches = secrets.map((secret) => {
    const expected = createHmac('sha256', secret).update(body).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return matches.includes(true);
}

function digestIn(text: string): Buffer {
  return Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
}
