import { UnauthenticatedError } from '../domain/access.errors';

/** RFC 6750, 2.1, with a limit on the length. */
const BEARER = /^Bearer +([\w.~+/-]{1,8192}=*)$/i;

/** The credential in an `Authorization` header. Throws `UnauthenticatedError` if there is none. */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw new UnauthenticatedError('missing');
  const credential = BEARER.exec(authorization)?.[1];
  if (credential !== undefined) return credential;
  throw new UnauthenticatedError(/^Bearer\b/i.test(authorization) ? 'malformed' : 'scheme');
}
