import { DurationHistogram } from './duration-histogram';

function of(...durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const durationMs of durations) histogram.observe(durationMs);
  return histogram;
}

describe(DurationHistogram.name, () => {
  it('has no percentile without a duration', () => {
    expect(of().percentileMs(0.5)).toBeUndefined();
    expect(of().buckets).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is exact below eight milliseconds: %i', (ms) => {
    expect(of(ms, ms + 0.9).percentileMs(0.99)).toBe(ms);
  });

  it('answers with an upper bound that is at most a quarter too high', () => {
    for (let ms = 1; ms < 3_600_000; ms = Math.ceil(ms * 1.07)) {
      const bound = of(ms).percentileMs(0.5) ?? 0;
      expect(bound).toBeGreaterThanOrEqual(ms);
      expect(bound).toBeLessThanOrEqual(ms * 1.25);
    }
  });

  it('puts longer durations into later buckets', () => {
    const bounds = [0, 3, 4, 7, 8, 15, 16, 1_000, 60_000, 3_600_000].map(
      (ms) => of(ms).buckets[0]?.[0] ?? -1,
    );
    expect(bounds).toEqual([...bounds].sort((one, other) => one - other));
    expect(new Set(bounds).size).toBe(bounds.length);
  });

  it('counts negative durations as none, and all beyond an hour together', () => {
    expect(of(-5).percentileMs(1)).toBe(0);
    expect(of(4_000_000, 1e12, Number.POSITIVE_INFINITY).buckets).toEqual([[83, 3]]);
    expect(of(1e12).percentileMs(0.5)).toBe(3_670_016);
  });

  it('finds the median and the tail', () => {
    const durations = of(...Array.from({ length: 98 }, () => 2), 5, 7);
    expect([0.5, 0.98, 0.99, 1].map((share) => durations.percentileMs(share))).toEqual([2, 2, 5, 7]);
  });

  it('merges with others to what one histogram of all durations would be', () => {
    const [fast, slow] = [of(1, 1, 1), of(900, 1_000, 5_000)];
    const merged = of();
    for (const [bucket, count] of [...fast.buckets, ...slow.buckets]) merged.add(bucket, count);
    merged.add(1_000, 1);

    expect(merged.buckets).toEqual(of(1, 1, 1, 900, 1_000, 5_000).buckets);
    expect([merged.count, merged.percentileMs(0.5)]).toEqual([6, 1]);
    // The mean of both medians would be near 500 ms.
  });
});
