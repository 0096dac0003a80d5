import { API_KEYS_RULE } from './api-key-list';
import { newDataKey } from './data-key-list';
import { problemsOf, settingFiles } from './environment.fake';
import { readEnvironment } from './read-environment';

const MINIMAL = {
  GENESYS_REGION: 'usw2.pure.cloud',
  GENESYS_CLIENT_ID: 'client',
  GENESYS_CLIENT_SECRET: 'client-secret',
  DATA_KEY: newDataKey('k1'),
};
const HASH = '0123456789abcdef'.repeat(4);
const ENTRY = { name: 'billing', sha256: HASH, scopes: ['sessions.read', 'sessions.write'] };
const ISSUER = {
  ACCESS_MODE: 'jwt',
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'guest-sessions',
};
const NO_KEY =
  'API_KEYS needs a key, here or in API_KEYS_FILE, unless ACCESS_MODE is jwt or open: npm run key -- --name billing --scopes sessions.write prints one';

const fileWith = settingFiles();

const problemsOver = (variables: Record<string, string>): readonly string[] =>
  problemsOf({ ...MINIMAL, ...variables });

describe(`${readEnvironment.name} with ACCESS_MODE`, () => {
  it('requires keys by default', () => {
    expect(problemsOver({})).toEqual([NO_KEY]);
    expect(problemsOver({ ACCESS_MODE: 'keys', API_KEYS: '[]' })).toEqual([NO_KEY]);
    expect(problemsOver({ ACCESS_MODE: 'open' })).toEqual([]);
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost', 'api.localhost'])(
    'requires no credentials on this machine in mode open: %s',
    (HOST) => {
      expect(problemsOver({ ACCESS_MODE: 'open', HOST })).toEqual([]);
    },
  );

  it.each(['0.0.0.0', '::', '10.0.0.1', 'sessions.example', 'localhost.example', '::ffff:127.0.0.1'])(
    'requires no credentials at %s only in mode open-anywhere',
    (HOST) => {
      const [problem, ...others] = problemsOver({ ACCESS_MODE: 'open', HOST, PORT: 'none' });

      expect(problem).toContain('PORT');
      expect(others).toEqual([expect.stringMatching(/^HOST must be a loopback address .*open-anywhere/)]);
      expect(problemsOver({ ACCESS_MODE: 'open-anywhere', HOST })).toEqual([]);
      expect(problemsOver({ ...ISSUER, HOST })).toEqual([]);
    },
  );

  it('takes keys from the variable or from a file', () => {
    const text = JSON.stringify([
      ENTRY,
      { ...ENTRY, sha256: HASH.replace('0', 'f'), expires: '2027-01-01T00:00:00Z' },
      { ...ENTRY, sha256: HASH.replace('0', 'e'), requestsPerMinute: 1 },
      { ...ENTRY, sha256: HASH.replace('0', 'd'), requestsPerMinute: 1_000_000 },
      { ...ENTRY, sha256: HASH.replace('0', 'c'), maxSessions: 1_000_000 },
      { ...ENTRY, sha256: HASH.replace('0', 'b'), eventStreams: 1 },
    ]);
    const path = fileWith(`${text}\n`);
    const inline = readEnvironment({ ...MINIMAL, API_KEYS: text });
    const inFile = readEnvironment({ ...MINIMAL, API_KEYS_FILE: path });

    expect(inline.API_KEYS).toEqual(JSON.parse(text));
    expect(inFile.API_KEYS).toEqual(inline.API_KEYS);
    expect(inFile.files).toEqual({ API_KEYS: path });
  });

  it.each([
    ['no JSON', 'ggs_canary'],
    ['null', 'null'],
    ['an object', JSON.stringify(ENTRY)],
    ['a name with an underscore', JSON.stringify([{ ...ENTRY, name: 'bil_ling' }])],
    ['no name', JSON.stringify([{ ...ENTRY, name: '' }])],
    ['a hash in capitals', JSON.stringify([{ ...ENTRY, sha256: HASH.toUpperCase() }])],
    ['a key instead of its hash', JSON.stringify([{ ...ENTRY, sha256: `ggs_billing_${'c'.repeat(43)}` }])],
    ['no scopes', JSON.stringify([{ ...ENTRY, scopes: [] }])],
    ['an unknown scope', JSON.stringify([{ ...ENTRY, scopes: ['sessions.*'] }])],
    ['an expiry without a time', JSON.stringify([{ ...ENTRY, expires: '2027-01-01' }])],
    ['a misspelt end', JSON.stringify([{ ...ENTRY, expire: '2027-01-01T00:00:00Z' }])],
    ['no requests', JSON.stringify([{ ...ENTRY, requestsPerMinute: 0 }])],
    ['too many requests', JSON.stringify([{ ...ENTRY, requestsPerMinute: 1_000_001 }])],
    ['no sessions', JSON.stringify([{ ...ENTRY, maxSessions: 0 }])],
    ['too many sessions', JSON.stringify([{ ...ENTRY, maxSessions: 1_000_001 }])],
    ['half a request', JSON.stringify([{ ...ENTRY, requestsPerMinute: 1.5 }])],
    ['a text as a number', JSON.stringify([{ ...ENTRY, requestsPerMinute: '600' }])],
    ['nothing as a number', JSON.stringify([{ ...ENTRY, requestsPerMinute: null }])],
    ['no event streams', JSON.stringify([{ ...ENTRY, eventStreams: 0 }])],
    ['too many event streams', JSON.stringify([{ ...ENTRY, eventStreams: 10_001 }])],
    ['a misspelt limit', JSON.stringify([{ ...ENTRY, requestsPerMin: 600 }])],
    ['a key twice', JSON.stringify([ENTRY, { ...ENTRY, name: 'other' }])],
  ])('refuses %s as API_KEYS, and does not repeat it', (_, text) => {
    expect(problemsOver({ API_KEYS: text })).toEqual([`API_KEYS ${API_KEYS_RULE}`]);
    expect(problemsOver({ API_KEYS_FILE: fileWith(text) })).toEqual([`API_KEYS ${API_KEYS_RULE}`]);
  });

  it.each([
    ['', 6_000],
    ['1', 1],
    ['1000000', 1_000_000],
  ])('lets every caller make so many requests a minute: %p', (text, perMinute) => {
    const environment = readEnvironment({ ...MINIMAL, ...ISSUER, CALLER_REQUESTS_PER_MINUTE: text });

    expect(environment.CALLER_REQUESTS_PER_MINUTE).toBe(perMinute);
  });

  it.each(['0', '1000001', '-1', '1.5', 'many'])('refuses %p requests a minute', (text) => {
    expect(problemsOver({ ...ISSUER, CALLER_REQUESTS_PER_MINUTE: text })).toEqual([
      'CALLER_REQUESTS_PER_MINUTE must be a whole number from 1 to 1000000',
    ]);
  });

  it('requires the issuer and the audience of tokens', () => {
    expect(problemsOver({ ACCESS_MODE: 'jwt' })).toEqual([
      'AUTH_JWKS_URL is required when ACCESS_MODE is jwt',
      'AUTH_ISSUER is required when ACCESS_MODE is jwt',
      'AUTH_AUDIENCE is required when ACCESS_MODE is jwt',
    ]);
    expect(problemsOver(ISSUER)).toEqual([]);
  });

  it.each([
    ['http://issuer.example/keys', false],
    ['http://10.0.0.1/keys', false],
    ['http://127.0.0.1.example/keys', false],
    ['http://127.0.0.1:4020/keys', true],
    ['http://localhost:4020/keys', true],
    ['http://[::1]:4020/keys', true],
  ])('requires keys from an address that no attacker can impersonate: %s', (url, isFine) => {
    const problem = 'AUTH_JWKS_URL must start with https:// unless it is on this machine';
    expect(problemsOver({ ...ISSUER, AUTH_JWKS_URL: url })).toEqual(isFine ? [] : [problem]);
  });
});
