import { createHmac, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../common/crypto/derived-key';
import type { DataKey } from '../config/data-key-list';

const KEY_BYTES = 32;

/**
 * A message authentication code (HMAC-SHA-256) that every replica can make and check, and a process with only the
 * database cannot: its key is derived from a data key and a purpose. A code of one purpose is invalid for another.
 *
 * The first data key signs. Every data key verifies, because replicas differ in the first one during a rotation.
 */
export class DataKeyHmac {
  private readonly keys: readonly Buffer[];

  constructor(
    dataKeys: readonly DataKey[],
    readonly purpose: string,
  ) {
    this.keys = dataKeys.map(({ key }) => derivedKey(key, purpose, KEY_BYTES));
  }

  sign(text: string): string {
    const [key] = this.keys;
    if (key === undefined) throw new Error('There is no data key.');
    return codeOf(key, text).toString('base64url');
  }

  isGenuine(text: string, signature: string): boolean {
    const given = Buffer.from(signature, 'base64url');
    return this.keys.some((key) => {
      const expected = codeOf(key, text);
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }
}

function codeOf(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
