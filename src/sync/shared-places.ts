/** The answers of a receiver: none yet, the last one at once, or the last or a missing one late. */
export type Promptness = 'unknown' | 'prompt' | 'slow';

/** The place of one delivery in flight. */
export interface Place {
  /** The delivery takes long. */
  becomeSlow(): void;
  release(): void;
}

/** The greatest numbers of deliveries in flight to receivers that are not prompt. */
export interface PlaceBounds {
  readonly unknown: number;
  readonly slow: number;
}

/**
 * Places for the deliveries in flight of many sinks. Receivers that have not answered yet get one each, slow ones an equal
 * share of theirs, and prompt ones need none: however many others there are, they wait for nothing.
 */
export class SharedPlaces {
  private readonly taken = { unknown: 0, prompt: 0, slow: 0 };
  private slowReceivers = 0;

  constructor(private readonly bounds: PlaceBounds) {}

  /** How many more places a receiver may take that has `held` of them. */
  freeFor(promptness: Promptness, held: number): number {
    if (promptness === 'prompt') return Infinity;
    const free = this.bounds[promptness] - this.taken[promptness];
    const share = promptness === 'unknown' ? 1 : Math.floor(this.bounds.slow / this.slowReceivers);
    return Math.max(0, Math.min(free, Math.max(1, share) - held));
  }

  take(promptness: Promptness): Place {
    let countedAs = promptness;
    this.taken[countedAs] += 1;
    return {
      becomeSlow: () => {
        this.taken[countedAs] -= 1;
        countedAs = 'slow';
        this.taken[countedAs] += 1;
      },
      release: () => {
        this.taken[countedAs] -= 1;
      },
    };
  }

  /** A receiver shares the places of the slow ones until it calls the returned function. */
  joinSlow(): () => void {
    this.slowReceivers += 1;
    return () => {
      this.slowReceivers -= 1;
    };
  }
}
