/**
 * Names of items that are skipped for a while, at most `max`: beyond that the oldest is released early. There is no
 * timer: expired names are dropped when the names are read.
 */
export class RestingNames {
  private readonly until = new Map<string, number>();

  constructor(
    private readonly restMs: number,
    private readonly max: number,
  ) {}

  /** The names that are skipped now. */
  get names(): readonly string[] {
    const now = performance.now();
    for (const [name, until] of this.until) if (until <= now) this.until.delete(name);
    return [...this.until.keys()];
  }

  has(name: string): boolean {
    return (this.until.get(name) ?? -Infinity) > performance.now();
  }

  add(name: string): void {
    this.until.delete(name);
    this.until.set(name, performance.now() + this.restMs);
    for (const oldest of this.until.keys()) {
      if (this.until.size <= this.max) break;
      this.until.delete(oldest);
    }
  }
}
