import { DurationHistogram } from './duration-histogram';

/** More than there are reasons and codes; a module that extends the service may add codes. */
const MAX_NAMES = 64;
const OTHERS = 'other';

/** Counts by name, of at most 64 names; further ones share `other`. */
export class NamedCounts extends Map<string, number> {
  increment(name: string): void {
    const key = this.has(name) || this.size < MAX_NAMES ? name : OTHERS;
    this.set(key, (this.get(key) ?? 0) + 1);
  }
}

/** Counts and durations of a span of time in this process. */
export class RecordedFigures {
  /** Sessions that became active. */
  opened = 0;
  /** Deliveries that were given up. */
  dead = 0;
  /** Ended sessions by end reason. */
  readonly ended = new NamedCounts();
  /** Failed openings by problem code. */
  readonly failed = new NamedCounts();
  /** Delays between the planned and the real start of beats. */
  readonly lateness = new DurationHistogram();
  /** Times from a change to its delivery. */
  readonly delays = new DurationHistogram();
}
