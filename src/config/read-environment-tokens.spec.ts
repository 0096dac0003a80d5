import { AccessConfig } from './access.config';
import { MINIMAL, problemsOf } from './environment.fake';
import { readEnvironment } from './read-environment';
import { SCOPE_MAP_RULE } from './scope-map';

const ISSUER = {
  ...MINIMAL,
  ACCESS_MODE: 'jwt',
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'guest-sessions',
};
const MAP = '{"read:sessions":["sessions.read"]}';
const PREFIX_RULE = 'must have 1 to 255 characters, without white space and control characters';

const problemsWith = (variables: Record<string, string>): readonly string[] =>
  problemsOf({ ...ISSUER, ...variables });

describe(`${readEnvironment.name} with ACCESS_MODE=jwt`, () => {
  it('reads tokens by the registered claims by default', () => {
    const { issuer } = new AccessConfig(readEnvironment({ ...ISSUER, AUTH_AUDIENCE: 'one,two' }));

    expect(issuer).toEqual({
      jwksUrl: 'https://issuer.example/keys',
      issuer: 'https://issuer.example',
      audienceClaim: 'aud',
      audiences: ['one,two'],
      callerClaim: 'sub',
      scopes: { claim: undefined, prefix: '', byWord: undefined, byCaller: undefined },
    });
  });

  it('takes several audiences, and scopes by words, from other claims', () => {
    const settings = {
      AUTH_AUDIENCE_CLAIM: 'client_id',
      AUTH_AUDIENCE: 'one, two',
      AUTH_CALLER_CLAIM: 'https://example.com/caller',
      AUTH_SCOPE_CLAIM: 'permissions',
      AUTH_SCOPE_PREFIX: 'api/',
      AUTH_SCOPE_MAP: MAP,
    };
    const { issuer } = new AccessConfig(readEnvironment({ ...ISSUER, ...settings }));

    expect(issuer).toMatchObject({
      audienceClaim: 'client_id',
      audiences: ['one', 'two'],
      callerClaim: 'https://example.com/caller',
      scopes: {
        claim: 'permissions',
        prefix: 'api/',
        byWord: new Map([['read:sessions', ['sessions.read']]]),
        byCaller: undefined,
      },
    });
  });

  it.each(['one,,two', 'one,one', ',', `one,${'c'.repeat(256)}`, 'one,\u0001two'])(
    'refuses %j as audiences in another claim than aud',
    (audience) => {
      const problems = problemsWith({ AUTH_AUDIENCE_CLAIM: 'client_id', AUTH_AUDIENCE: audience });

      expect(problems).toEqual([expect.stringMatching(/^AUTH_AUDIENCE must be a comma-separated list/)]);
      expect(problemsWith({ AUTH_AUDIENCE: audience })).toEqual([]);
    },
  );

  it.each(['AUTH_AUDIENCE_CLAIM', 'AUTH_CALLER_CLAIM', 'AUTH_SCOPE_CLAIM'])(
    'refuses a claim that always means something else as %s',
    (name) => {
      for (const claim of ['iss', 'exp', 'nbf', 'iat', 'jti', 'two words', 'a\u0000b', 'c'.repeat(256)]) {
        expect(problemsWith({ [name]: claim })).toEqual([
          expect.stringMatching(`^${name} must be the name of a claim, .* other than iss, `),
        ]);
      }
    },
  );

  it.each([
    'text',
    'null',
    '[]',
    '{}',
    '[["read:sessions",["sessions.read"]]]',
    '{"read:sessions":"sessions.read"}',
    '{"read:sessions":[]}',
    '{"read:sessions":null}',
    '{"read:sessions":["sessions.*"]}',
    '{"":["sessions.read"]}',
    '{"a\\nb":["sessions.read"]}',
    `{"${'c'.repeat(256)}":["sessions.read"]}`,
  ])('refuses %j as scopes by word or by caller', (text) => {
    expect(problemsWith({ AUTH_SCOPE_CLAIM: 'roles', AUTH_SCOPE_MAP: text })).toEqual([
      `AUTH_SCOPE_MAP ${SCOPE_MAP_RULE}`,
    ]);
    expect(problemsWith({ AUTH_CALLER_SCOPES: text })).toEqual([`AUTH_CALLER_SCOPES ${SCOPE_MAP_RULE}`]);
  });

  it('names every contradiction at once', () => {
    expect(problemsWith({ AUTH_SCOPE_PREFIX: 'a b', AUTH_SCOPE_MAP: MAP, AUTH_CALLER_CLAIM: 'aud' })).toEqual(
      [
        expect.stringMatching(/^AUTH_CALLER_CLAIM must be/),
        `AUTH_SCOPE_PREFIX ${PREFIX_RULE}`,
        'AUTH_SCOPE_PREFIX needs AUTH_SCOPE_CLAIM',
        'AUTH_SCOPE_MAP needs AUTH_SCOPE_CLAIM',
      ],
    );
    expect(problemsWith({ AUTH_CALLER_SCOPES: MAP, AUTH_SCOPE_CLAIM: 'roles' })).toEqual([
      'AUTH_CALLER_SCOPES and AUTH_SCOPE_CLAIM exclude each other',
    ]);
  });
});
