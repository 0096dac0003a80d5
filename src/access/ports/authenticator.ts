import type { Caller } from '../domain/caller';

/** Tells callers by what they show. */
export abstract class Authenticator {
  /**
   * The caller whose credential the `Authorization` header of a request holds. Throws `UnauthenticatedError` when it
   * holds nobody's, and `AuthUnavailableError` when that cannot be told. Neither error holds anything of it.
   */
  abstract authenticate(authorization: string | undefined): Caller | Promise<Caller>;
}
