/** Durations of an hour and more share the last bucket. */
const BUCKETS = 84;
const LAST = BUCKETS - 1;
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Durations in buckets of fixed bounds, so that histograms of several processes and minutes add up bucket by bucket.
 * Below 8 ms a bucket is one millisecond wide; from there on each power of two has four buckets, so that a bucket is
 * at most a quarter as wide as its lower bound. The last one begins at 3,670,016 ms and has no end.
 */
export class DurationHistogram {
  private readonly counts = new Uint32Array(BUCKETS);

  /** Counts a duration; a negative one counts as 0, and fractions of a millisecond are cut off. */
  observe(durationMs: number): void {
    this.add(bucketOf(durationMs), 1);
  }

  /** Adds the count of a bucket of another histogram. A bucket beyond the last one is ignored. */
  add(bucket: number, count: number): void {
    const before = this.counts[bucket];
    if (before !== undefined) this.counts[bucket] = before + count;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The buckets with a count, in ascending order. */
  get buckets(): (readonly [bucket: number, count: number])[] {
    return [...this.counts.entries()].filter(([, count]) => count > 0);
  }

  /**
   * The duration in whole milliseconds that the given share (0 to 1) of all durations does not exceed: the upper bound
   * of a bucket, thus at most a quarter too high; of the last bucket the lower bound. Undefined without a duration.
   */
  percentileMs(share: number): number | undefined {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (const [bucket, count] of this.buckets) {
      seen += count;
      if (seen >= rank) return bucket === LAST ? lowerBoundOf(LAST) : lowerBoundOf(bucket + 1) - 1;
    }
    return undefined;
  }
}

function bucketOf(durationMs: number): number {
  const ms = Math.floor(Math.min(LONGEST_MS, Math.max(0, durationMs)));
  if (ms < 4) return ms;
  const exponent = 31 - Math.clz32(ms);
  return Math.min(LAST, 4 * (exponent - 1) + ((ms >> (exponent - 2)) & 3));
}

function lowerBoundOf(bucket: number): number {
  if (bucket < 4) return bucket;
  return (4 + (bucket % 4)) * 2 ** (Math.floor(bucket / 4) - 1);
}
