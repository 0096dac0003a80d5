import { UpstreamTimeoutError } from '../../common/errors/upstream.errors';

/** Throws `UpstreamTimeoutError` when the deadline (of `performance.now()`) is over: then nothing is sent at all. */
export function assertInTime(deadlineAt: number): void {
  if (performance.now() < deadlineAt) return;
  const error = new UpstreamTimeoutError();
  error.mayHaveTakenEffect = false;
  throw error;
}
