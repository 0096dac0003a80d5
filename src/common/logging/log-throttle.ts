/**
 * Lets one log line of a kind through per interval, with the number of lines that it stands for: itself and those
 * omitted since the previous one.
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
