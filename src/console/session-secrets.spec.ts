import { UnauthenticatedError } from '../access/domain/access.errors';
import { SessionSecrets } from './session-secrets';

const TOKEN = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const CREDENTIAL = 'ggs_billing_key';

function secretsOf(token: string): SessionSecrets {
  const secrets = SessionSecrets.of(token);
  if (secrets === undefined) throw new Error(`${token} is no token`);
  return secrets;
}

describe(SessionSecrets.name, () => {
  it('generates another token each time, of 256 bits', () => {
    const [one, other] = [SessionSecrets.generate(), SessionSecrets.generate()];

    expect(Buffer.from(one.token, 'base64url')).toHaveLength(32);
    expect(new Set([one.token, other.token, one.id, other.id, one.csrfToken, other.csrfToken]).size).toBe(6);
  });

  it('derives the same secrets from a token on every replica', () => {
    const { id, csrfToken } = secretsOf(TOKEN);

    expect([id.length, csrfToken.length]).toEqual([43, 43]);
    expect(secretsOf(TOKEN)).toMatchObject({ id, csrfToken });
    expect([id, csrfToken]).not.toContain(TOKEN);
  });

  it.each(['', 'A', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}\n`])(
    'takes nothing else for a token: %j',
    (token) => {
      expect(SessionSecrets.of(token)).toBeUndefined();
    },
  );

  it('decrypts what it has encrypted, in another ciphertext each time', () => {
    const secrets = secretsOf(TOKEN);
    const stored = secrets.encrypt(CREDENTIAL);

    expect(stored).not.toContain(CREDENTIAL);
    expect(secrets.encrypt(CREDENTIAL)).not.toBe(stored);
    expect(secretsOf(TOKEN).decrypt(stored)).toBe(CREDENTIAL);
  });

  it('decrypts nothing of another session, and nothing that was changed', () => {
    const secrets = secretsOf(TOKEN);
    const stored = secrets.encrypt(CREDENTIAL);
    const altered = `${stored.startsWith('A') ? 'B' : 'A'}${stored.slice(1)}`;

    expect(() => SessionSecrets.generate().decrypt(stored)).toThrow(UnauthenticatedError);
    for (const text of [altered, stored.slice(0, -4), '', 'AAAA'])
      expect(() => secrets.decrypt(text)).toThrow(UnauthenticatedError);
  });

  it('knows its CSRF token', () => {
    const secrets = secretsOf(TOKEN);

    expect(secrets.isCsrfToken(secrets.csrfToken)).toBe(true);
    for (const text of [
      '',
      TOKEN,
      secrets.id,
      secrets.csrfToken.slice(1),
      SessionSecrets.generate().csrfToken,
    ])
      expect(secrets.isCsrfToken(text)).toBe(false);
  });
});
