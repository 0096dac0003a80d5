/** A bounded set that keeps the ids that were added last. */
export class RecentIds {
  private readonly ids = new Set<string>();

  constructor(private readonly max: number) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Returns whether the id is new. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    const [oldest] = this.ids;
    if (this.ids.size > this.max && oldest !== undefined) this.ids.delete(oldest);
    return true;
  }

  /** Returns a copy of the present set. */
  snapshot(): ReadonlySet<string> {
    return new Set(this.ids);
  }
}
