import { quotaOf } from './quota';

describe(quotaOf.name, () => {
  it.each([
    [30, 29, 29, 2_000],
    [30, 28.5, 28, 1_000],
    [60, 0, 0, 1_000],
    [60, -1e-9, 0, 1_000],
    [60, 2.999_999_999_9, 3, 1_000],
    [6_000, 0.25, 0, 8],
    [1, 0, 0, 60_000],
    [1_000_000, 3, 3, 1],
  ])('of %d a minute with %d left says %d, and one more in %d ms', (perMinute, left, whole, moreInMs) => {
    expect(quotaOf(perMinute, left, false)).toEqual({ perMinute, isExceeded: false, left: whole, moreInMs });
  });
});
