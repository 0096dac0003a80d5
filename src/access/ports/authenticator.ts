import type { Caller } from '../domain/caller';

/** Authenticates callers by their credentials. */
export abstract class Authenticator {
  /**
   * The caller of the credential in the `Authorization` header. Throws `UnauthenticatedError` for a missing or
   * invalid credential, and `AuthUnavailableError` if it cannot be checked. Neither error contains any of the
   * credential.
   */
  abstract authenticate(authorization: string | undefined): Caller | Promise<Caller>;
}
