/**
 * The values of those names that were asked for lately, never more than `max`. A value stays for at least `keptMs`
 * after it was asked for, unless half of `max` others were asked for in the meantime, and goes some time later. There
 * is no timer: what is old goes when something is asked for.
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

  /** The value of a name; where there is none, `make` makes one. */
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
