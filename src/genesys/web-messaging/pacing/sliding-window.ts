/**
 * At most `max` of something within any stretch of `windowMs`, wherever it begins. It remembers when the last ones
 * were, never more than `max` of them, and neither waits nor keeps a timer.
 */
export class SlidingWindow {
  private readonly takenAt: number[] = [];
  private closedUntil = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly max: number,
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds until another one fits; 0 when it does. */
  get waitMs(): number {
    const now = this.now();
    const oldest = this.takenAt.length < this.max ? undefined : this.takenAt[0];
    const fullUntil = oldest === undefined ? 0 : oldest + this.windowMs;
    return Math.max(0, fullUntil - now, this.closedUntil - now);
  }

  take(): void {
    this.takenAt.push(this.now());
    if (this.takenAt.length > this.max) this.takenAt.shift();
  }

  /** None fits for as long as that, whatever was taken. */
  close(forMs: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.now() + forMs);
  }
}
