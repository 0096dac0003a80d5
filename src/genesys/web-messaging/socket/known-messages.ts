import { BoundedMap } from '../../../common/bounded-map';

/** Ids of the messages that were seen last, at most `max`. */
export class KnownMessages {
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

  /** A copy of the ids that are known now. */
  snapshot(): ReadonlySet<string> {
    return new Set(this.ids.keys());
  }
}
