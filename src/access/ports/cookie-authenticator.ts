import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../domain/caller';

/** The parts of a request that a session cookie is checked against. */
export interface CookieRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Authenticates callers by session cookies, for requests without an `Authorization` header. */
export abstract class CookieAuthenticator {
  /**
   * The caller of the session that the cookie names; undefined for a request without a session cookie. Throws
   * `ForeignOriginError`, `CsrfTokenInvalidError`, `UnauthenticatedError` for a session that has ended or whose
   * credential is valid no longer, `AuthUnavailableError` and `StorageUnavailableError`. No error contains any of the
   * cookie.
   */
  abstract authenticate(request: CookieRequest): Promise<Caller | undefined>;
}
