import { jittered } from '../../common/time/jitter';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The waits after the first failures; then one every ten minutes for a day, and one every hour. */
const FIRST_WAITS = [5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE];
const DAY_WAIT = 10 * MINUTE;
const LATE_WAIT = HOUR;
const DAY = 24 * HOUR;
/** An event that the receiver has not accepted for this long is given up. */
const MAX_AGE = 72 * HOUR;
/** Upper bound of a `Retry-After`. */
const MAX_RETRY_AFTER = HOUR;

/** The backoff of failed deliveries. `firstWaitMs` scales the waits; 5,000 leaves them unchanged. */
export class RetrySchedule {
  private readonly scale: number;

  constructor(firstWaitMs = 5 * SECOND) {
    this.scale = firstWaitMs / (5 * SECOND);
  }

  /**
   * The wait after the `failedAttempts`-th failure (from 1) of an event that is pending for `ageMs`, with 20 % jitter;
   * undefined when the event is too old and has to be given up.
   */
  waitMs(failedAttempts: number, ageMs: number): number | undefined {
    if (ageMs >= MAX_AGE) return undefined;
    const wait = FIRST_WAITS[failedAttempts - 1] ?? (ageMs < DAY ? DAY_WAIT : LATE_WAIT);
    return jittered(wait * this.scale);
  }

  /** The throttling that a receiver gets for its `Retry-After`. */
  static throttledMs(retryAfterMs: number): number {
    return Math.min(retryAfterMs, MAX_RETRY_AFTER);
  }
}
