import { hkdfSync } from 'node:crypto';

/**
 * A key for one purpose (HKDF-SHA-256, RFC 5869): it reveals neither the data key nor the key for another purpose.
 */
export function derivedKey(dataKey: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', purpose, bytes));
}
