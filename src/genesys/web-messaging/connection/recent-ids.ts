import { BoundedMap } from '../../../common/bounded-map';

/** A bounded set that keeps the ids that were added last. */
export class RecentIds {
  private readonly ids: BoundedMap<string, true>;

  constructor(max: number) {
    this.ids = new BoundedMap(max);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Returns whether the id is new. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.set(id, true);
    return true;
  }

  /** Returns a copy of the present set. */
  snapshot(): ReadonlySet<string> {
    return new Set(this.ids.keys());
  }
}
