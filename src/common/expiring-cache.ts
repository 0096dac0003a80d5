/**
 * A cache of recently used values by name, with at most `max` entries. A value stays for at least `keptMs` after its
 * last use, unless half of `max` others were used in the meantime, and is dropped some time later. There is no timer:
 * expired values are dropped at the next use of the cache.
 */
export class ExpiringCache<Value> {
  private recent = new Map<string, Value>();
  private earlier = new Map<string, Value>();
  private turnedAt: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly keptMs: number,
    private readonly max: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.turnedAt = now();
  }

  get size(): number {
    return this.recent.size + this.earlier.size;
  }

  /** The value of a name; `make` creates a missing one. */
  get(name: string, make: () => Value): Value {
    if (this.now() - this.turnedAt >= this.keptMs) this.turn();
    const found = this.recent.get(name);
    if (found !== undefined) return found;
    const value = this.earlier.get(name) ?? make();
    this.earlier.delete(name);
    this.recent.set(name, value);
    if (this.recent.size >= this.max / 2) this.turn();
    return value;
  }

  private turn(): void {
    this.earlier = this.recent;
    this.recent = new Map();
    this.turnedAt = this.now();
  }
}
