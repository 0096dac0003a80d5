import { hkdfSync } from 'node:crypto';

/**
 * A key for one purpose (HKDF-SHA-256, RFC 5869): it reveals neither the key that it is derived from nor the key for another purpose.
 */
export function derivedKey(key: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, bytes));
}
