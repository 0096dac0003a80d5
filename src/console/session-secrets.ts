import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../common/crypto/derived-key';
import { UnauthenticatedError } from '../access/domain/access.errors';

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D: the length that GCM is made for. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The secrets of a session, all derived from the 256-bit token in its cookie. The database has the digest of the token
 * and a text that is encrypted with a key from the token: neither yields the token or the credential, with the keys of
 * `DATA_KEY` either. Another token yields another CSRF token.
 */
export class SessionSecrets {
  /** SHA-256 of the token, which names the session. */
  readonly id: string;
  readonly csrfToken: string;
  private readonly key: Buffer;

  private constructor(readonly token: string) {
    const bytes = Buffer.from(token, 'base64url');
    this.id = createHash('sha256').update(bytes).digest('base64url');
    this.csrfToken = derivedKey(bytes, 'console csrf token', KEY_BYTES).toString('base64url');
    this.key = derivedKey(bytes, 'console credential', KEY_BYTES);
  }

  static generate(): SessionSecrets {
    return new SessionSecrets(randomBytes(TOKEN_BYTES).toString('base64url'));
  }

  /** Undefined for a text that cannot be a token. */
  static of(token: string): SessionSecrets | undefined {
    return TOKEN.test(token) ? new SessionSecrets(token) : undefined;
  }

  /** Compares in constant time. */
  isCsrfToken(given: string): boolean {
    return timingSafeEqual(digestOf(given), digestOf(this.csrfToken));
  }

  /** Encrypts the credential, bound to this session. */
  encrypt(credential: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(this.id));
    const parts = [iv, cipher.update(credential, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(parts).toString('base64url');
  }

  /** Throws `UnauthenticatedError` for a text that this session did not encrypt. */
  decrypt(stored: string): string {
    const bytes = Buffer.from(stored, 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) throw new UnauthenticatedError('unknown-session');
    const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(this.id));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      // Node's error says only that the text is not authentic.
      throw new UnauthenticatedError('unknown-session');
    }
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
