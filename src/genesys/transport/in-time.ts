import { UpstreamTimeoutError } from '../../common/errors/upstream.errors';

/** Throws `UpstreamTimeoutError` when the deadline (epoch milliseconds) is over: then nothing is sent at all. */
export function assertInTime(deadlineAt: number, now: number): void {
  if (now < deadlineAt) return;
  const error = new UpstreamTimeoutError();
  error.mayHaveTakenEffect = false;
  throw error;
}
