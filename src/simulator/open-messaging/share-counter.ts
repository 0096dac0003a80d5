/** Picks an exact share of events, evenly spread and without chance: a share of 0.25 is every fourth. */
export class ShareCounter {
  private sum = 0;

  take(share: number): boolean {
    this.sum += share;
    // Ten tenths add up to a little less than one.
    if (this.sum < 1 - 1e-9) return false;
    this.sum -= 1;
    return true;
  }
}
