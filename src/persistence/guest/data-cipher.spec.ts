import { randomBytes } from 'node:crypto';
import { DataCipher } from './data-cipher';
import { UnreadableDataError } from '../persistence.errors';

const old = { id: 'k1', key: randomBytes(32) };
const current = { id: 'k2', key: randomBytes(32) };
const cipher = new DataCipher([current, old]);

describe(DataCipher.name, () => {
  it.each(['', 'Ada', 'Zoë 👩‍🚀', 'enc:k1:AAAA', 'x'.repeat(100_000)])('decrypts its own texts: %#', (text) => {
    expect(cipher.decrypt(cipher.encrypt(text, 'a'), 'a')).toBe(text);
  });

  it('encrypts with the first key, shows nothing of the text and never gives the same result twice', () => {
    const encrypted = Array.from({ length: 100 }, () => cipher.encrypt('Ada Lovelace', 'a'));

    expect(new Set(encrypted).size).toBe(100);
    for (const text of encrypted) {
      expect(text).toMatch(/^enc:k2:[\w-]+$/);
      // Three letters may be among random ones.
      expect(text).not.toContain('Lovelace');
    }
  });

  it('decrypts with any of its keys, and recognizes the current one', () => {
    const before = new DataCipher([old]).encrypt('Ada', 'a');

    expect(cipher.decrypt(before, 'a')).toBe('Ada');
    expect(cipher.isCurrent(before)).toBe(false);
    expect(cipher.isCurrent(cipher.encrypt('Ada', 'a'))).toBe(true);
    expect(cipher.isCurrent('Ada')).toBe(false);
    expect([before, cipher.encrypt('Ada', 'a'), 'Ada', ''].map((text) => cipher.isEncrypted(text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(cipher.keyId).toBe('k2');
  });

  it.each(['Ada', 'jwt_0123456789abcdef', 'enc:', 'enc:k2:short', 'enc:K2:not-an-id'])(
    'returns plain text as it is: %p',
    (text) => {
      expect(cipher.decrypt(text, 'a')).toBe(text);
    },
  );

  it('decrypts nothing in another context or without its key', () => {
    const encrypted = cipher.encrypt('Ada', 'session/1/name');

    expect(() => cipher.decrypt(encrypted, 'session/2/name')).toThrow(UnreadableDataError);
    expect(() => new DataCipher([old]).decrypt(encrypted, 'session/1/name')).toThrow(/k2.*not in DATA_KEY/);
    expect(() =>
      new DataCipher([{ id: 'k2', key: randomBytes(32) }]).decrypt(encrypted, 'session/1/name'),
    ).toThrow(UnreadableDataError);
  });

  it('detects each changed bit', () => {
    const encrypted = cipher.encrypt('Ada', 'a');
    const payload = Buffer.from(encrypted.slice('enc:k2:'.length), 'base64url');

    for (let bit = 0; bit < payload.length * 8; bit += 1) {
      const changed = Buffer.from(payload);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => cipher.decrypt(`enc:k2:${changed.toString('base64url')}`, 'a')).toThrow(
        UnreadableDataError,
      );
    }
  });
});
