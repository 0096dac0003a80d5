import { RateLimiter } from '../../../common/limits/rate-limiter';

/**
 * At most `max` within any stretch of `windowMs`, wherever it begins. It remembers the times of the last `max`, and
 * keeps no timer.
 *
 * The platform documents its limits of messages, configures, history pages and connections as so many a minute or a
 * second. A token bucket that keeps to that in every window can let only a part of it go at once; this lets all of it,
 * as a reconnect of every session needs.
 */
export class SlidingWindow extends RateLimiter {
  private readonly takenAt: number[] = [];

  constructor(
    private readonly max: number,
    private readonly windowMs: number,
    now?: () => number,
  ) {
    super(now);
  }

  /** Milliseconds until another one fits; 0 when it does. */
  get waitMs(): number {
    const oldest = this.takenAt.length < this.max ? undefined : this.takenAt[0];
    const fullForMs = oldest === undefined ? 0 : oldest + this.windowMs - this.now();
    return Math.max(fullForMs, this.closedForMs);
  }

  tryTake(): number {
    const { waitMs } = this;
    if (waitMs === 0) this.take();
    return waitMs;
  }

  /** Takes one whether it fits or not. */
  take(): void {
    this.takenAt.push(this.now());
    if (this.takenAt.length > this.max) this.takenAt.shift();
  }
}
