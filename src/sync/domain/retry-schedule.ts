import { jittered } from '../../common/time/jitter';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The waits after the first failures; then one every ten minutes for a day, and one every hour. */
const FIRST_WAITS = [5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE];
const DAY_WAIT = 10 * MINUTE;
const LATE_WAIT = HOUR;
const DAY = 24 * HOUR;
/** An event that nobody accepted for this long is given up. */
const MAX_AGE = 72 * HOUR;
/** A receiver that asks for more is asked again after this long. */
const MAX_RETRY_AFTER = HOUR;

/** When a delivery that failed is attempted again. `firstWaitMs` scales the waits: 5,000 leaves them as they are. */
export class RetrySchedule {
  private readonly scale: number;

  constructor(firstWaitMs = 5 * SECOND) {
    this.scale = firstWaitMs / (5 * SECOND);
  }

  /**
   * How long to wait after the `failedAttempts`-th failure (from 1) of an event that is waiting for `ageMs`, with
   * 20 % jitter; undefined when the event is too old to be kept any longer.
   */
  waitMs(failedAttempts: number, ageMs: number): number | undefined {
    if (ageMs >= MAX_AGE) return undefined;
    const wait = FIRST_WAITS[failedAttempts - 1] ?? (ageMs < DAY ? DAY_WAIT : LATE_WAIT);
    return jittered(wait * this.scale);
  }

  /** How long a receiver that asked to be left alone is left alone. */
  static throttledMs(retryAfterMs: number): number {
    return Math.min(retryAfterMs, MAX_RETRY_AFTER);
  }
}
