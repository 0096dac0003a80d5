import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../errors/upstream.errors';
import { parseRetryAfter } from '../time/retry-after';
import { neverConnected } from './never-connected';
import { OutboundCodingError, OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';

/** Status and headers of an HTTP answer that decide which error it stands for. */
export interface AnsweredStatus {
  readonly status: number;
  /** The header `Retry-After`. */
  readonly retryAfter: string | undefined;
  /** The clock of the sender: the header `Date`. */
  readonly date?: string | undefined;
}

/**
 * The error that an answer of an upstream stands for, by its status alone; undefined for a 2xx. `mayHaveTakenEffect`
 * is false for a refusal, and true for a 409 and a 5xx.
 *
 * @publicApi
 */
export function upstreamErrorOfStatus({
  status,
  retryAfter,
  date,
}: AnsweredStatus): UpstreamError | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 429) return new UpstreamThrottledError(parseRetryAfter(retryAfter, Date.now(), date));
  if (status === 401) return new UpstreamUnauthorizedError();
  if (status === 403) return new UpstreamForbiddenError();
  if (status >= 500) return new UpstreamServerError(status);
  if (status >= 400) return new UpstreamRejectedError(status);
  return new UpstreamInvalidResponseError(`status ${status}`);
}

/**
 * The error for a request without a complete answer, by the kind of the failure and never by its text.
 * `mayHaveTakenEffect` is false only where there was no connection yet, so that nothing was sent.
 *
 * @publicApi
 */
export function upstreamErrorOfFailure(failure: unknown): UpstreamError {
  if (failure instanceof UpstreamError) return failure;
  if (failure instanceof OutboundTooLargeError) return new UpstreamInvalidResponseError('too long');
  if (failure instanceof OutboundCodingError)
    return new UpstreamInvalidResponseError('a content coding', { cause: failure });
  if (failure instanceof OutboundTimeoutError) return new UpstreamTimeoutError({ cause: failure });
  return new UpstreamUnavailableError({ cause: failure, sent: !neverConnected(failure) });
}
