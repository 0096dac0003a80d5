/**
 * Places for the deliveries in flight of many sinks. Receivers that are not prompt get at most half of them, so that
 * however many are slow, the others always have a place.
 */
export class SharedPlaces {
  private taken = 0;
  private takenBySlow = 0;

  constructor(private readonly capacity: number) {}

  freeFor(isPrompt: boolean): number {
    const free = this.capacity - this.taken;
    return isPrompt ? free : Math.max(0, Math.min(free, Math.floor(this.capacity / 2) - this.takenBySlow));
  }

  /** Takes a place; the returned function gives it back. */
  take(isPrompt: boolean): () => void {
    const slow = isPrompt ? 0 : 1;
    this.taken += 1;
    this.takenBySlow += slow;
    return () => {
      this.taken -= 1;
      this.takenBySlow -= slow;
    };
  }
}
