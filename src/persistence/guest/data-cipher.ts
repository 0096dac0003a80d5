import { createCipheriv, createDecipheriv } from 'node:crypto';
import { pooledRandomBytes } from '../../common/crypto/random-bytes';
import type { DataKey } from '../../config/data-key-list';
import { UnreadableDataError } from '../persistence.errors';

const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D: the length that GCM is made for. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ENCRYPTED = /^enc:([a-z0-9][a-z0-9-]{0,31}):([A-Za-z0-9_-]{38,})$/;

/**
 * Encrypts texts for the database with AES-256-GCM: `enc:<key id>:<base64url of IV, ciphertext and tag>`. A text is
 * bound to a context, which names its column and row; copied to another row or column it cannot be read. The first
 * key encrypts, every key decrypts.
 */
export class DataCipher {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: DataKey;

  /** At least one key. */
  constructor(keys: readonly DataKey[]) {
    const [current] = keys;
    if (current === undefined) throw new Error('There is no key to encrypt with.');
    this.current = current;
    this.keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  encrypt(text: string, context: string): string {
    const iv = pooledRandomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.current.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(context));
    const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `enc:${this.current.id}:${Buffer.concat(parts).toString('base64url')}`;
  }

  /**
   * Returns the plain text; a text from before encryption is returned as it is. Throws `UnreadableDataError` when its
   * key is missing, or when the text was changed or belongs to another context.
   */
  decrypt(stored: string, context: string): string {
    const [, keyId, payload] = ENCRYPTED.exec(stored) ?? [];
    if (keyId === undefined || payload === undefined) return stored;
    const key = this.keys.get(keyId);
    if (key === undefined) throw new UnreadableDataError(keyId, 'the key is not in DATA_KEY');
    const bytes = Buffer.from(payload, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch (error) {
      throw new UnreadableDataError(keyId, 'it was changed, or is not what it is taken for', {
        cause: error,
      });
    }
  }

  /** The id of the key that encrypts now. */
  get keyId(): string {
    return this.current.id;
  }

  /** Tells whether a stored text is encrypted, with any key. */
  isEncrypted(stored: string): boolean {
    return ENCRYPTED.test(stored);
  }

  /** Tells whether a stored text is encrypted with the key that encrypts now. */
  isCurrent(stored: string): boolean {
    return ENCRYPTED.exec(stored)?.[1] === this.current.id;
  }
}
