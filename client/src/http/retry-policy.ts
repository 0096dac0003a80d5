import { backoffMs } from './backoff.js';
import { NoAnswerError } from './no-answer.errors.js';
import type { ProblemError } from './problem.errors.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** 429 and 503 were not processed, or are stored under the key of the request. */
const TEMPORARY = [429, 503];
/** A request with the same key is being processed; its answer will be stored. */
const IN_PROGRESS = 'request-in-progress';

/**
 * The time to wait before a repeatable request is sent again, in milliseconds; undefined where a repetition would give
 * the same. `Retry-After` replaces the back-off. `failures` counts from 1.
 */
export function waitBeforeRetry(failure: ProblemError | NoAnswerError, failures: number): number | undefined {
  const backoff = backoffMs(failures, FIRST_BACKOFF_MS, MAX_BACKOFF_MS);
  if (failure instanceof NoAnswerError) return backoff;
  const { status, code, isReplayed } = failure;
  const isTemporary = TEMPORARY.includes(status) || code === IN_PROGRESS;
  return isTemporary && !isReplayed ? (failure.retryAfterMs ?? backoff) : undefined;
}
