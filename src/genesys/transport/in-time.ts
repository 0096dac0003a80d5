import { UpstreamTimeoutError } from '../../common/errors/upstream.errors';

/** Throws `UpstreamTimeoutError` when the deadline (of `performance.now()`) is over, before anything is sent. */
export function assertInTime(deadlineAt: number): void {
  if (performance.now() < deadlineAt) return;
  const error = new UpstreamTimeoutError();
  error.mayHaveTakenEffect = false;
  throw error;
}
