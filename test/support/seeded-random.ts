/**
 * Reproducible random numbers. The seed is the variable `CRASH_SEED`, or new each time; the error of a failing test
 * names it if it runs in `explain`.
 */
export class SeededRandom {
  private state: number;

  constructor(readonly seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))) {
    this.state = seed;
  }

  /** Returns a number from 0 to below 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns a whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** Runs `work`; its error also tells how to repeat the run. */
  async explain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error) error.message = `With CRASH_SEED=${this.seed}: ${error.message}`;
      throw error;
    }
  }
}
