import { DomainError } from './domain.errors';

/**
 * What Genesys Cloud, or the way to it, did to a request of ours. Made in one place (the classification of the
 * transport) from what arrived, never from message text.
 *
 * @publicApi
 */
export abstract class UpstreamError extends DomainError {
  /** The host that failed: the platform API, or the login that issues access tokens. */
  dependency: 'api' | 'login' = 'api';
  /** True if Genesys may have acted on the request; false if it refused the request or never received it. */
  mayHaveTakenEffect: boolean = true;
  /** Genesys' own id of the failed request, for log lines; its support asks for it. */
  correlationId?: string;
  /** Tracing id of the guest socket's frame with the refusal, for log lines. */
  tracingId?: string;
  /** The platform's own word for its refusal: HTTP status and error code, or the code of a frame. */
  refusal?: string;
}

/** The pause for a 429 that names none. */
const DEFAULT_RETRY_AFTER_MS = 3_000;

/**
 * Too many requests: three 429s in a row, or a wait that does not fit the caller's deadline.
 *
 * @publicApi
 */
export class UpstreamThrottledError extends UpstreamError {
  readonly code = 'upstream-throttled';
  readonly kind = 'upstream-unavailable';
  readonly title = 'Genesys Cloud is throttling requests';
  override mayHaveTakenEffect = false;

  override readonly retryAfterMs: number;

  /** `hintMs` is the pause that upstream asked for, if it did. */
  constructor(readonly hintMs?: number) {
    super('Genesys Cloud allows no more requests at the moment.');
    this.retryAfterMs = hintMs ?? DEFAULT_RETRY_AFTER_MS;
  }
}

/**
 * 401 on a request that carried a fresh token, or the OAuth client's own credentials were refused.
 *
 * @publicApi
 */
export class UpstreamUnauthorizedError extends UpstreamError {
  readonly code = 'upstream-unauthorized';
  readonly title = 'Genesys Cloud refused the credentials of the service';
  readonly kind = 'upstream-rejected';
  override mayHaveTakenEffect = false;

  constructor(message = 'Genesys Cloud refused a fresh access token.') {
    super(message);
  }
}

/**
 * 403: the OAuth client's roles lack a permission, or the deployment does not allow our origin.
 *
 * @publicApi
 */
export class UpstreamForbiddenError extends UpstreamError {
  readonly code = 'upstream-forbidden';
  readonly title = 'Genesys Cloud denied a permission';
  readonly kind = 'upstream-rejected';
  override mayHaveTakenEffect = false;

  constructor(
    message = 'The OAuth client lacks a permission in Genesys Cloud: check that it has conversation:write.',
  ) {
    super(message);
  }
}

/**
 * Any other 4xx. `gone` is true for 404 and 410: there is no such conversation any more.
 *
 * @publicApi
 */
export class UpstreamRejectedError extends UpstreamError {
  readonly code = 'upstream-rejected';
  readonly title = 'Genesys Cloud rejected the request';
  readonly kind = 'upstream-rejected';
  readonly gone: boolean;

  constructor(readonly status: number) {
    super(`Genesys Cloud refused the request with status ${status}.`);
    this.gone = status === 404 || status === 410;
    // A conflict may be with the result of an earlier attempt that got no response.
    this.mayHaveTakenEffect = status === 409;
  }
}

/**
 * A 5xx.
 *
 * @publicApi
 */
export class UpstreamServerError extends UpstreamError {
  readonly code = 'upstream-error';
  readonly title = 'Genesys Cloud failed';
  readonly kind = 'upstream-failed';

  constructor(readonly status: number) {
    super(`Genesys Cloud failed with status ${status}.`);
  }
}

/**
 * An answer that is none: HTML, an empty body, truncated or oversized JSON, a redirect.
 *
 * @publicApi
 */
export class UpstreamInvalidResponseError extends UpstreamError {
  readonly code = 'upstream-invalid-response';
  readonly title = 'Genesys Cloud sent an invalid response';
  readonly kind = 'upstream-rejected';

  constructor(what: string, options?: ErrorOptions) {
    super(`Genesys Cloud sent a response that cannot be parsed: ${what}.`, options);
  }
}

/** The cause of a missing response: a failed connection, an open circuit, or a full queue of our own. */
export type UnavailableReason = 'unreachable' | 'breaker-open' | 'overload';

interface UnavailableOptions extends ErrorOptions {
  readonly sent?: boolean;
  readonly reason?: UnavailableReason;
  readonly retryAfterMs?: number;
}

const UNAVAILABLE_BECAUSE: Readonly<Record<UnavailableReason, string>> = {
  unreachable: 'Genesys Cloud cannot be reached.',
  'breaker-open': 'Genesys Cloud has failed too often; nothing is sent to it for a moment.',
  overload: 'Too many requests to Genesys Cloud are waiting already.',
};

/**
 * No connection, or one that broke before an answer was complete.
 *
 * @publicApi
 */
export class UpstreamUnavailableError extends UpstreamError {
  readonly code = 'upstream-unavailable';
  readonly title = 'Genesys Cloud is unavailable';
  readonly kind = 'upstream-unavailable';
  override readonly retryAfterMs: number;

  override readonly reason: UnavailableReason;

  /** `sent` tells whether any part of the request may have been sent; if we held it back ourselves, none was. */
  constructor(options: UnavailableOptions = {}) {
    const { reason = 'unreachable', sent = reason === 'unreachable' } = options;
    super(UNAVAILABLE_BECAUSE[reason], options);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs ?? (reason === 'overload' ? 1_000 : 5_000);
    this.mayHaveTakenEffect = sent;
  }
}

/**
 * Connected, but no complete answer in time. Whether the request took effect is unknown.
 *
 * @publicApi
 */
export class UpstreamTimeoutError extends UpstreamError {
  readonly code = 'upstream-timeout';
  readonly title = 'Genesys Cloud timed out';
  readonly kind = 'upstream-timeout';

  constructor(options?: ErrorOptions) {
    super('Genesys Cloud did not answer in time.', options);
  }
}
