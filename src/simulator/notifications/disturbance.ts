/** Shares are from 0 to 1. */
export interface DisturbanceOptions {
  /** Share of deliveries that are not made. */
  readonly dropShare?: number;
  /** Share of the others that are made twice. */
  readonly duplicateShare?: number;
  /** Share of the copies that start `lateMs` later and so after their successors. */
  readonly lateShare?: number;
  readonly lateMs?: number;
  /** Makes the choice reproducible. */
  readonly seed?: number;
}

const NO_DISTURBANCE = { dropShare: 0, duplicateShare: 0, lateShare: 0, lateMs: 500 };
const DEFAULT_SEED = 1;

/** Losses, repeats and delays of deliveries by chance; the same seed and order of deliveries repeat them. */
export class Disturbance {
  private current: Required<Omit<DisturbanceOptions, 'seed'>>;
  private state: number;

  constructor(private readonly options: DisturbanceOptions = {}) {
    this.current = { ...NO_DISTURBANCE, ...options };
    this.state = options.seed ?? DEFAULT_SEED;
  }

  /** Changes the given values only; a seed starts the choice again. */
  change({ seed, ...values }: DisturbanceOptions): void {
    this.current = { ...this.current, ...values };
    if (seed !== undefined) this.state = seed;
  }

  /** Returns the delay in milliseconds of each copy of the next delivery; none when it is dropped. */
  plan(): readonly number[] {
    const { dropShare, duplicateShare, lateShare, lateMs } = this.current;
    if (this.take(dropShare)) return [];
    const copies = this.take(duplicateShare) ? 2 : 1;
    return Array.from({ length: copies }, () => (this.take(lateShare) ? lateMs : 0));
  }

  /** Returns to the options at the start. */
  reset(): void {
    this.current = { ...NO_DISTURBANCE, ...this.options };
    this.state = this.options.seed ?? DEFAULT_SEED;
  }

  describe(): unknown {
    return this.current;
  }

  private take(share: number): boolean {
    return share > 0 && this.random() < share;
  }

  /** Returns a number from 0 to below 1 (mulberry32). */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
