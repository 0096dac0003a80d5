import { AccessConfig } from './access.config';
import { type AccessMode, Environment } from './environment';

const WRITER = { name: 'billing', sha256: '1'.repeat(64), scopes: ['sessions.write' as const] };
const READER = { name: 'console', sha256: '2'.repeat(64), scopes: ['sessions.read' as const] };
const OTHER_WRITER = { ...WRITER, name: 'support', sha256: '3'.repeat(64) };

function isShared(mode: AccessMode, ...keys: readonly object[]): boolean {
  const environment = Object.assign(new Environment(), { ACCESS_MODE: mode, API_KEYS: keys });
  return new AccessConfig(environment).isShared('sessions.write');
}

describe('AccessConfig.isShared', () => {
  it('is true with keys of several callers that have the scope', () => {
    expect(isShared('keys', WRITER, READER)).toBe(false);
    expect(isShared('keys', WRITER, OTHER_WRITER)).toBe(true);
  });

  it('is true with tokens, because their callers are not known in advance', () => {
    expect(isShared('jwt')).toBe(true);
  });

  it.each(['open', 'open-anywhere'] as const)(
    'is false with %s, because all requests are of one caller',
    (mode) => {
      expect(isShared(mode, WRITER, OTHER_WRITER)).toBe(false);
    },
  );
});
