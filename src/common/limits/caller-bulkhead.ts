/** The limit that refuses a place: that of all callers together, or the caller's share of it. */
export type ShareRefusal = 'total' | 'share';

/** Frees the place. Idempotent. */
export type ReleasePlace = () => void;

/**
 * A bulkhead within this process: a counting semaphore with a limit for all callers together and a share for each of
 * them. It neither queues nor waits. A caller without a place takes no memory, so there are never more entries than
 * places.
 */
export class CallerBulkhead {
  private readonly held = new Map<string, number>();
  private taken = 0;

  /** `share` is the limit of a caller for which `tryAcquire` names no other. */
  constructor(
    private readonly total: number,
    private readonly share: number = total,
  ) {}

  /** Places that are taken. */
  get count(): number {
    return this.taken;
  }

  /** Places that the caller has taken. */
  countOf(caller: string): number {
    return this.held.get(caller) ?? 0;
  }

  /**
   * Takes a place, which the caller holds until it releases it. A caller that has reached its share hears of that
   * limit, even where the places of all are taken as well; a share that is the whole is no limit of its own.
   */
  tryAcquire(caller: string, share = this.share): ReleasePlace | ShareRefusal {
    if (share < this.total && this.countOf(caller) >= share) return 'share';
    if (this.taken >= this.total) return 'total';
    this.add(caller, 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.add(caller, -1);
    };
  }

  private add(caller: string, change: 1 | -1): void {
    const count = this.countOf(caller) + change;
    this.taken += change;
    if (count === 0) this.held.delete(caller);
    else this.held.set(caller, count);
  }
}
