import { isAccessToken } from './token-kind';

const CLAIMS = { iss: 'https://issuer.example', aud: 'guest-sessions', sub: 'billing', exp: 1 };

/** A header as `JSON.parse` gives it. */
function kindOf(typ: unknown, claims: object = {}): boolean {
  const header = { alg: 'RS256', ...(typ === undefined ? {} : { typ }) } as { alg: string; typ?: string };
  return isAccessToken(header, { ...CLAIMS, ...claims });
}

describe(isAccessToken.name, () => {
  it.each([
    ['Okta and Kubernetes', undefined, {}],
    ['Cognito', undefined, { token_use: 'access' }],
    ['Entra', 'JWT', { ver: '2.0', scp: 'sessions.read' }],
    ['Auth0', 'JWT', { azp: 'client' }],
    ['Keycloak', 'JWT', { typ: 'Bearer', nonce: 'n-1' }],
    ['RFC 9068', 'at+jwt', {}],
    ['RFC 9068 in full', 'application/at+jwt', {}],
    ['RFC 9068 in other letters', 'AT+JWT', {}],
    ['the long form of JWT', 'application/jwt', {}],
  ])('accepts the access tokens of %s', (_, typ, claims) => {
    expect(kindOf(typ, claims)).toBe(true);
  });

  it.each([
    'logout+jwt',
    'application/logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'id_token+jwt',
    'rt+jwt',
    'oauth-authz-req+jwt',
    'application/okta-internal-at+jwt',
    'text/jwt',
    'JOSE',
    '',
    7,
    null,
    ['JWT'],
    { JWT: true },
  ])('refuses the type %j', (typ) => {
    expect(kindOf(typ)).toBe(false);
  });

  it.each([
    ['an ID token with the hash of an access token', { at_hash: 'x' }],
    ['an ID token with the hash of a code', { c_hash: 'x' }],
    ['an ID token with the hash of a state', { s_hash: 'x' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['an ID token of Keycloak', { typ: 'ID' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }],
    ['an offline token of Keycloak', { typ: 'Offline' }],
    ['a logout token of an issuer that gives it no type', { typ: 'Logout' }],
    ['a security event', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
  ])('refuses %s', (_, claims) => {
    expect(kindOf('JWT', claims)).toBe(false);
  });
});
