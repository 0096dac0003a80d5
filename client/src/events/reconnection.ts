import { backoffMs } from '../http/backoff.js';
import { ProblemError } from '../http/problem.errors.js';
import { EventStreamFormatError } from './event-stream.errors.js';

/** The reconnection time until the service tells another. */
const RETRY_MS = 3_000;
const MAX_RETRY_MS = 60_000;
const MAX_BACKOFF_MS = 30_000;
const MAX_RETRY_AFTER_MS = 300_000;
/** Answers that another attempt may change; the 5xx of proxies among them. */
const TEMPORARY = [408, 429, 500, 502, 503, 504];

/** The pauses between the connections of an event stream. */
export class Reconnection {
  private retryMs = RETRY_MS;
  private failures = 0;
  private failingSince = 0;

  /** `maxOutageMs` is the longest time without a connection. */
  constructor(private readonly maxOutageMs: number) {}

  /** Stores the reconnection time that the service asked for. */
  setRetry(retryMs: number): void {
    this.retryMs = Math.min(retryMs, MAX_RETRY_MS);
  }

  connected(): void {
    this.failures = 0;
  }

  /** The pause after the service has ended the stream. */
  afterEnd(): number {
    return this.retryMs;
  }

  /**
   * The pause after a failure: it grows with each, and is at least the reconnection time and `Retry-After`. Throws a
   * failure that another connection does not mend, or that comes too long after the first.
   */
  afterFailure(failure: unknown): number {
    const now = performance.now();
    if (this.failures === 0) this.failingSince = now;
    this.failures += 1;
    const asked = failure instanceof ProblemError ? (failure.retryAfterMs ?? 0) : 0;
    const backoff = backoffMs(this.failures, this.retryMs, MAX_BACKOFF_MS);
    const waitMs = Math.max(this.retryMs, Math.min(asked, MAX_RETRY_AFTER_MS), backoff);
    if (!isTemporary(failure) || now + waitMs - this.failingSince > this.maxOutageMs) throw failure;
    return waitMs;
  }
}

function isTemporary(failure: unknown): boolean {
  if (failure instanceof EventStreamFormatError) return false;
  return !(failure instanceof ProblemError) || TEMPORARY.includes(failure.status);
}
