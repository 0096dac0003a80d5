import { createHmac } from 'node:crypto';

/** The platform's signature of a webhook: base64 of the HMAC-SHA256 over the raw body. */
export function signatureOf(secret: string, rawBody: string): string {
  return `sha256=${createHmac('sha256', secret).update(rawBody).digest('base64')}`;
}
