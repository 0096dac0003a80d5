import type { ScopeName } from '../../common/access/scope';
import { DomainError } from '../../common/errors/domain.errors';

/** The reason why a credential is invalid, for operators only: it would help an attacker. */
export type Refusal =
  | 'missing'
  | 'scheme'
  | 'malformed'
  | 'unknown-key'
  | 'unknown-session'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer'
  | 'audience'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'type';

/** The credential is missing or invalid. The caller gets the same response for every reason. */
export class UnauthenticatedError extends DomainError {
  readonly code = 'unauthenticated';
  readonly kind = 'unauthenticated';
  readonly title = 'The caller is not known';

  override readonly hiddenReason: Refusal;

  constructor(refusal: Refusal) {
    super('The request needs a valid credential, as a bearer token in the Authorization header.');
    this.hiddenReason = refusal;
  }
}

/**
 * The request names another host than this machine, in the mode that serves only this machine without a credential.
 */
export class ForeignHostError extends DomainError {
  readonly code = 'foreign-host';
  readonly kind = 'forbidden';
  readonly title = 'The request is addressed to another host';

  constructor() {
    super(
      'Without credentials, the service answers only to loopback names and addresses, such as 127.0.0.1.',
    );
  }
}

/** The request comes from a web page of another origin, in a mode without credentials or with a session cookie. */
export class ForeignOriginError extends DomainError {
  readonly code = 'foreign-origin';
  readonly kind = 'forbidden';
  readonly title = 'The request comes from another origin';

  constructor(message = 'Without credentials, the service serves no web page of another origin.') {
    super(message);
  }
}

/** The request has a session cookie and would change something, but lacks the token of that session. */
export class CsrfTokenInvalidError extends DomainError {
  readonly code = 'csrf-token-invalid';
  readonly kind = 'forbidden';
  readonly title = 'The CSRF token is missing or invalid';

  constructor() {
    super('A request by session cookie needs the CSRF token of its session in the header X-CSRF-Token.');
  }
}

/** The caller is authenticated but lacks the scope of the route. */
export class InsufficientScopeError extends DomainError {
  readonly code = 'insufficient-scope';
  readonly kind = 'forbidden';
  readonly title = 'The caller may not do this';

  constructor(override readonly scope: ScopeName) {
    super(`The request needs the scope ${scope}.`);
  }
}

/** The route declares no access rule, so it refuses every caller: a bug of the service. */
export class RouteClosedError extends DomainError {
  readonly code = 'route-closed';
  readonly kind = 'forbidden';
  readonly title = 'The route has no access rule';

  constructor() {
    super('The route declares no access rule.');
  }
}

/** The caller has exceeded its quota. Nothing of this request was read. */
export class QuotaExceededError extends DomainError {
  readonly code = 'quota-exceeded';
  readonly kind = 'rate-limited';
  readonly title = 'Too many requests';

  constructor(
    perMinute: number,
    override readonly retryAfterMs: number,
  ) {
    super(`The caller may make ${perMinute} ${perMinute === 1 ? 'request' : 'requests'} a minute.`);
  }
}

/** The credential cannot be checked at the moment. */
export class AuthUnavailableError extends DomainError {
  readonly code = 'auth-unavailable';
  readonly kind = 'unavailable';
  readonly title = 'Authentication is temporarily unavailable';
  override readonly retryAfterMs = 5_000;

  constructor(options?: ErrorOptions) {
    super('The keys that verify credentials cannot be fetched at the moment.', options);
  }
}
