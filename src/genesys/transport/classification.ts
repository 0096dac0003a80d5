import { neverConnected } from '../../common/http/never-connected';
import {
  OutboundCodingError,
  OutboundTooLargeError,
  OutboundTimeoutError,
} from '../../common/http/outbound.errors';
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
} from '../../common/errors/upstream.errors';
import { parseShallowJson } from '../../common/json/shallow-json';
import { parseRetryAfter } from '../../common/time/retry-after';
import type { GenesysAnswer } from './genesys-answer';

/** Errors of the platform have a few hundred characters; a longer body is not parsed. */
const MAX_ERROR_LENGTH = 16_384;

/** Words of letters alone, so that a token cannot pass for a code. */
const ERROR_CODE = /^(?=.{1,60}$)[a-z]+(?:[._-][a-z]+)*$/i;

/**
 * The error of an answer, by its status alone; undefined for a 2xx. It holds the correlation id, and the status with the
 * platform's error code.
 */
export function errorOf(answer: GenesysAnswer): UpstreamError | undefined {
  const error = errorOfStatus(answer);
  if (error === undefined) return undefined;
  if (answer.correlationId !== undefined) error.correlationId = answer.correlationId;
  if (answer.status >= 400) error.refusal = refusalOf(answer);
  return error;
}

/** `404 not.found`; the status alone without a `code` in the form of the platform's. */
function refusalOf({ status, body }: GenesysAnswer): string {
  const code = errorCodeIn(body);
  return code === undefined ? String(status) : `${status} ${code}`;
}

function errorCodeIn(body: string): string | undefined {
  if (body.length > MAX_ERROR_LENGTH) return undefined;
  try {
    const value = parseShallowJson(body);
    const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
    return typeof code === 'string' && ERROR_CODE.test(code) ? code : undefined;
  } catch {
    // Gateways in front of the platform answer with HTML, which holds no error code.
    return undefined;
  }
}

function errorOfStatus(answer: GenesysAnswer): UpstreamError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 429)
    return new UpstreamThrottledError(parseRetryAfter(answer.retryAfter, Date.now(), answer.date));
  if (status === 401) return new UpstreamUnauthorizedError();
  if (status === 403) return new UpstreamForbiddenError();
  if (status >= 500) return new UpstreamServerError(status);
  if (status >= 400) return new UpstreamRejectedError(status);
  return new UpstreamInvalidResponseError(`status ${status}`);
}

/** The JSON object in an answer; anything else is an `UpstreamInvalidResponseError`. */
export function jsonObjectOf(answer: GenesysAnswer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseShallowJson(answer.body);
  } catch (cause) {
    throw new UpstreamInvalidResponseError('no JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UpstreamInvalidResponseError('no JSON object');
  }
  return value as Record<string, unknown>;
}

/** Translates a failure without an answer, by its kind and never by its text. */
export function translateFailure(failure: unknown): UpstreamError {
  if (failure instanceof UpstreamError) return failure;
  if (failure instanceof OutboundTooLargeError) return new UpstreamInvalidResponseError('too long');
  if (failure instanceof OutboundCodingError)
    return new UpstreamInvalidResponseError('a content coding', { cause: failure });
  if (failure instanceof OutboundTimeoutError) return new UpstreamTimeoutError({ cause: failure });
  return new UpstreamUnavailableError({ cause: failure, sent: !neverConnected(failure) });
}
