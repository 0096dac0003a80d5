/**
 * A map of at most `max` entries. Setting one more deletes the entry that was set longest ago; setting a key again makes
 * it the newest. Reading changes nothing.
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  constructor(private readonly max: number) {
    super();
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    super.set(key, value);
    for (const oldest of this.keys()) {
      if (this.size <= this.max) break;
      this.delete(oldest);
    }
    return this;
  }
}
