import { BoundedMap } from '../bounded-map';

/**
 * Names of items that rest for a while, at most `max`: beyond that the rest of the oldest ends early. There is no
 * timer: expired names are dropped when the names are read.
 */
export class ExpiringSet {
  private readonly until: BoundedMap<string, number>;

  constructor(
    private readonly restMs: number,
    max: number,
  ) {
    this.until = new BoundedMap(max);
  }

  /** Names that rest now. */
  get names(): readonly string[] {
    const now = performance.now();
    for (const [name, until] of this.until) if (until <= now) this.until.delete(name);
    return [...this.until.keys()];
  }

  has(name: string): boolean {
    return (this.until.get(name) ?? -Infinity) > performance.now();
  }

  add(name: string): void {
    this.until.set(name, performance.now() + this.restMs);
  }
}
