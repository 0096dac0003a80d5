import { Clock } from './clock';

/** From here on it is another time, and not only an answer that took its time. */
const STEP_MS = 1_000;
/** Below that the clock goes back only so far at a time. */
const SLEW_MS = 1;

/** The clock of the machine, until it is told what time it is elsewhere: from then on, the time there. */
export class SystemClock extends Clock {
  private startedAt: number | undefined;

  now(): number {
    return this.startedAt === undefined ? Date.now() : Math.floor(this.startedAt + performance.now());
  }

  /**
   * It was this time, in epoch milliseconds, a moment ago, where everybody looks who has to agree. It passes by the
   * monotonic clock: whatever is done to the clock of this machine changes nothing. Since a moment may be long, the
   * clock is put forward at once, and back only bit by bit unless it is a second or more.
   */
  follow(now: number): void {
    const startedAt = now - performance.now();
    const backMs = this.startedAt === undefined ? 0 : this.startedAt - startedAt;
    const isSlow = backMs > 0 && backMs < STEP_MS;
    this.startedAt = isSlow ? startedAt + backMs - Math.min(SLEW_MS, backMs) : startedAt;
  }
}
