import { Clock } from './clock';

/** Differences from here on are a different time, and not just a slow response. */
const STEP_MS = 1_000;
/** The largest step back for smaller differences. */
const SLEW_MS = 1;

/**
 * The time of this process: it begins with the machine's and follows the monotonic clock, whatever happens to the
 * machine's clock, until `follow` sets it.
 */
export class SystemClock extends Clock {
  private startedAt = Date.now() - performance.now();

  now(): number {
    return Math.floor(this.startedAt + performance.now());
  }

  /**
   * Sets the time, in epoch milliseconds, as of a moment ago: from the database if replicas have to agree, else from
   * the machine. Since the moment may have been long, the clock moves forward at once, but back only in small steps
   * unless the difference is a second or more.
   */
  follow(now: number): void {
    const startedAt = now - performance.now();
    const backMs = this.startedAt - startedAt;
    const isSlow = backMs > 0 && backMs < STEP_MS;
    this.startedAt = isSlow ? this.startedAt - Math.min(SLEW_MS, backMs) : startedAt;
  }
}
