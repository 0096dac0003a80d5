/** Counts requests in fixed windows; the first request after the end of a window starts the next. */
export class RateWindow {
  private startedAt = -Infinity;
  private admitted = 0;

  constructor(private readonly lengthMs: number) {}

  /** Returns whether one more request fits. A refused one is not counted. */
  admit(limit: number, now: number): boolean {
    if (now >= this.startedAt + this.lengthMs) {
      this.startedAt = now;
      this.admitted = 0;
    }
    if (this.admitted >= limit) return false;
    this.admitted += 1;
    return true;
  }

  count(now: number): number {
    return now >= this.startedAt + this.lengthMs ? 0 : this.admitted;
  }

  /** Seconds until the window ends, rounded up, at least one. */
  secondsLeft(now: number): number {
    const endsAt = Math.max(this.startedAt, now - this.lengthMs) + this.lengthMs;
    return Math.max(1, Math.ceil((endsAt > now ? endsAt - now : this.lengthMs) / 1000));
  }
}
