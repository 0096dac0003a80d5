import { Clock } from './clock';

/** From here on it is another time, and not only an answer that took its time. */
const STEP_MS = 1_000;
/** Below that the clock goes back only so far at a time. */
const SLEW_MS = 1;

/**
 * The time of this process: it begins with that of the machine and passes by the monotonic clock, whatever is done to
 * the clock of the machine, until it is told what time it is.
 */
export class SystemClock extends Clock {
  private startedAt = Date.now() - performance.now();

  now(): number {
    return Math.floor(this.startedAt + performance.now());
  }

  /**
   * It was this time, in epoch milliseconds, a moment ago: by the database where replicas have to agree, else by the
   * machine. Since a moment may be long, the clock is put forward at once, and back only bit by bit unless it is a second
   * or more.
   */
  follow(now: number): void {
    const startedAt = now - performance.now();
    const backMs = this.startedAt - startedAt;
    const isSlow = backMs > 0 && backMs < STEP_MS;
    this.startedAt = isSlow ? this.startedAt - Math.min(SLEW_MS, backMs) : startedAt;
  }
}
