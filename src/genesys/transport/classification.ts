import { type UpstreamError, UpstreamInvalidResponseError } from '../../common/errors/upstream.errors';
import { upstreamErrorOfStatus } from '../../common/http/upstream-failure';
import { parseShallowJson } from '../../common/json/shallow-json';
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
  const error = upstreamErrorOfStatus(answer);
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
    return errorCodeOf(parseShallowJson(body));
  } catch {
    // Gateways in front of the platform answer with HTML, which holds no error code.
    return undefined;
  }
}

/** The `code` of a parsed error of the platform; undefined for a value in any other form than the platform's. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && ERROR_CODE.test(code) ? code : undefined;
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
