/**
 * Lets one line of a kind into the log within a stretch of time, and tells with it how many it stands for: itself and
 * those that were left out since the one before.
 */
export class LogThrottle {
  private quietUntil = -Infinity;
  private count = 0;

  constructor(private readonly everyMs: number) {}

  say(line: (count: number) => void): void {
    this.count += 1;
    const now = performance.now();
    if (now < this.quietUntil) return;
    this.quietUntil = now + this.everyMs;
    const { count } = this;
    this.count = 0;
    line(count);
  }
}
