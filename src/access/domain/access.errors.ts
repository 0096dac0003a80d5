import type { ScopeName } from '../../common/access/scope';
import { DomainError } from '../../common/errors/domain.errors';

/** Why a credential is none, for operators. Callers are not told: it would help whoever guesses. */
export type Refusal =
  | 'missing'
  | 'scheme'
  | 'malformed'
  | 'unknown-key'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer'
  | 'audience'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'type';

/** There is no credential, or none that is good. The same to the caller, whatever the reason. */
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

/** The request names another host than this machine, where only this machine is served without a credential. */
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

/** The request comes from a web page of another origin, where none is asked for a credential. */
export class ForeignOriginError extends DomainError {
  readonly code = 'foreign-origin';
  readonly kind = 'forbidden';
  readonly title = 'The request comes from another origin';

  constructor() {
    super('Without credentials, the service serves no web page of another origin.');
  }
}

/** The caller is known and lacks the scope of the route. */
export class InsufficientScopeError extends DomainError {
  readonly code = 'insufficient-scope';
  readonly kind = 'forbidden';
  readonly title = 'The caller may not do this';

  constructor(override readonly scope: ScopeName) {
    super(`The request needs the scope ${scope}.`);
  }
}

/** The route does not say whom it lets in, so it lets nobody in: a bug of ours. */
export class RouteClosedError extends DomainError {
  readonly code = 'route-closed';
  readonly kind = 'forbidden';
  readonly title = 'The route has no access rule';

  constructor() {
    super('The route lets nobody in.');
  }
}

/** The caller has made more requests than it may. Nothing of this one was read. */
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

/** Whether a credential is good cannot be told at the moment. */
export class AuthUnavailableError extends DomainError {
  readonly code = 'auth-unavailable';
  readonly kind = 'unavailable';
  readonly title = 'Authentication is temporarily unavailable';
  override readonly retryAfterMs = 5_000;

  constructor(options?: ErrorOptions) {
    super('The keys that credentials are checked with cannot be had at the moment.', options);
  }
}
