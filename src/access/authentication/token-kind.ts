import type { JWTHeaderParameters, JWTPayload } from 'jose';

/**
 * Header types that issuers give to access tokens: `at+jwt` of RFC 9068 (Duende, Keycloak and Auth0 by setting), and
 * `JWT` (Entra, Auth0, Keycloak). Okta, Cognito and Kubernetes set none. Others, such as `logout+jwt` and `dpop+jwt`,
 * name a token for something else (RFC 8725, 3.11).
 */
const ACCESS_TYPES = new Set(['jwt', 'at+jwt']);

/** Claims of an ID token (OpenID Connect Core, 3.1.3.6 and 3.3.2.11), which binds it to a sign-in. */
const ID_TOKEN_CLAIMS = ['at_hash', 'c_hash', 's_hash'];
/** Keycloak's `typ` among the claims: an access token has `Bearer` there. */
const KEYCLOAK_OTHERS = new Set(['id', 'refresh', 'offline', 'logout', 'serialized-id']);

/**
 * Tells whether a verified token can be an access token. Issuers sign several kinds with the same keys for the same
 * audience. A token without a mark of its kind cannot be recognised: an ID token of Entra looks like an access token,
 * and lacks `scp` and `azp`.
 */
export function isAccessToken({ typ }: JWTHeaderParameters, claims: JWTPayload): boolean {
  return (typ === undefined || isAccessType(typ)) && !isIdToken(claims) && !isSecurityEvent(claims);
}

/** RFC 7515, 4.1.9: a media type, in any case, that may leave out `application/`. */
function isAccessType(typ: unknown): boolean {
  return typeof typ === 'string' && ACCESS_TYPES.has(typ.toLowerCase().replace(/^application\//, ''));
}

function isIdToken(claims: JWTPayload): boolean {
  const { typ, token_use: use } = claims;
  const isOther = typeof typ === 'string' && KEYCLOAK_OTHERS.has(typ.toLowerCase());
  // Cognito: `access` or `id`.
  return isOther || use === 'id' || ID_TOKEN_CLAIMS.some((name) => claims[name] !== undefined);
}

/** RFC 8417, also the logout tokens of OpenID Connect Back-Channel Logout: no access token has events. */
function isSecurityEvent({ events }: JWTPayload): boolean {
  return events !== undefined;
}
