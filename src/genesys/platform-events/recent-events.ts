import { BoundedMap } from '../../common/bounded-map';

/**
 * A memory of the keys of recent events: the last `max` ones, each for `keptMs`. A repetition does not prolong it. An event
 * is added after it is persisted, so that a delivery that failed is accepted again.
 */
export class RecentEvents {
  private readonly addedAt: BoundedMap<string, number>;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly keptMs: number,
    max: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.addedAt = new BoundedMap(max);
  }

  get size(): number {
    return this.addedAt.size;
  }

  has(key: string): boolean {
    this.dropExpired();
    return this.addedAt.has(key);
  }

  /** Returns whether the key is new. */
  add(key: string): boolean {
    if (this.has(key)) return false;
    this.addedAt.set(key, this.now());
    return true;
  }

  /** Keys are in the order of their addition. */
  private dropExpired(): void {
    const now = this.now();
    for (const [key, addedAt] of this.addedAt) {
      if (now - addedAt <= this.keptMs) return;
      this.addedAt.delete(key);
    }
  }
}
