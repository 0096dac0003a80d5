import { abortable } from '../common/time/abortable';
import { withDeadline } from '../common/time/deadline';
import { RequestInProgressError } from './domain/idempotency.errors';

/** Time that a request waits for the first one with its key: less than a stopping process waits for requests. */
export const FIRST_REQUEST_TIMEOUT_MS = 2_000;

/** The result of the first request. Throws `RequestInProgressError` after two seconds, or when `signal` aborts. */
export function resultOfFirst<T>(first: Promise<T>, signal: AbortSignal): Promise<T> {
  return withDeadline(FIRST_REQUEST_TIMEOUT_MS, signal, async (ended) => {
    try {
      return await abortable(first, ended);
    } catch (error) {
      throw ended.aborted ? new RequestInProgressError() : error;
    }
  });
}
