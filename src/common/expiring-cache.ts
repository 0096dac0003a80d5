import { BoundedMap } from './bounded-map';

interface Entry<Value> {
  readonly value: Value;
  readonly usedAt: number;
}

/**
 * A cache of at most `max` values, of which it drops those that were used longest ago. A value expires when it is not
 * used for `keptMs`. There is no timer: expired values are dropped when another one is asked for.
 */
export class ExpiringCache<Value> {
  private readonly entries: BoundedMap<string, Entry<Value>>;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly keptMs: number,
    max: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.entries = new BoundedMap(max);
  }

  get size(): number {
    return this.entries.size;
  }

  /** The value of a name; `make` makes one where there is none. */
  get(name: string, make: () => Value): Value {
    const now = this.now();
    this.dropExpired(now);
    const found = this.entries.get(name);
    const value = found === undefined ? make() : found.value;
    this.entries.set(name, { value, usedAt: now });
    return value;
  }

  /** Entries are in the order of their last use. */
  private dropExpired(now: number): void {
    for (const [name, { usedAt }] of this.entries) {
      if (now - usedAt <= this.keptMs) return;
      this.entries.delete(name);
    }
  }
}
