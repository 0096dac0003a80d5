import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { derivedKey } from '../common/crypto/derived-key';
import type { DataKey } from '../config/data-key-list';
import { StorageConfig } from '../config/storage.config';

const PURPOSE = 'guest-sessions event-id';
const KEY_BYTES = 32;
const POSITION_BYTES = 8;
/** Two ids of one position differ, so that ids cannot be compared. */
const SALT_BYTES = 8;
const TAG_BYTES = 16;
/** The tag, the position and the salt in base64url. */
const ENCRYPTED = /^[\w-]{43}$/;

interface Keys {
  readonly authentication: Buffer;
  readonly encryption: Buffer;
}

/**
 * Turns positions of the feed into the ids that callers see, and back: encrypted with AES-256-CTR and authenticated with
 * HMAC-SHA-256, the first 16 bytes of which are the IV too (the construction of RFC 5297). An id tells neither its position nor
 * whether another id is before it, after it or of the same position, and only a process with a data key can make one.
 *
 * Every replica has the keys, which are derived from the data keys. The first one encrypts and all of them decrypt, because
 * replicas differ in their first key during a rotation. An id is unknown once its key was removed.
 */
@Injectable()
export class EventIdCipher {
  private readonly keys: readonly Keys[];

  constructor({ dataKeys }: StorageConfig) {
    this.keys = dataKeys.map(keysOf);
  }

  encrypt(position: number): string {
    const [keys] = this.keys;
    if (keys === undefined) throw new Error('There is no data key.');
    const text = Buffer.alloc(POSITION_BYTES);
    text.writeBigUInt64BE(BigInt(position));
    const salted = Buffer.concat([text, randomBytes(SALT_BYTES)]);
    const tag = tagOf(salted, keys);
    const cipher = createCipheriv('aes-256-ctr', keys.encryption, tag);
    return Buffer.concat([tag, cipher.update(salted), cipher.final()]).toString('base64url');
  }

  /** The position; undefined for an id that this service has not encrypted, or with a key that was removed. */
  decrypt(id: string): number | undefined {
    if (!ENCRYPTED.test(id)) return undefined;
    const bytes = Buffer.from(id, 'base64url');
    const [tag, encrypted] = [bytes.subarray(0, TAG_BYTES), bytes.subarray(TAG_BYTES)];
    for (const keys of this.keys) {
      const decipher = createDecipheriv('aes-256-ctr', keys.encryption, tag);
      const salted = Buffer.concat([decipher.update(encrypted), decipher.final()]);
      if (timingSafeEqual(tagOf(salted, keys), tag)) return Number(salted.readBigUInt64BE());
    }
    return undefined;
  }
}

function keysOf({ key }: DataKey): Keys {
  const derived = derivedKey(key, PURPOSE, 2 * KEY_BYTES);
  return { authentication: derived.subarray(0, KEY_BYTES), encryption: derived.subarray(KEY_BYTES) };
}

function tagOf(salted: Buffer, { authentication }: Keys): Buffer {
  return createHmac('sha256', authentication).update(salted).digest().subarray(0, TAG_BYTES);
}
