import fc from 'fast-check';
import type { Quota } from './quota';
import { TokenBucket } from './token-bucket';

const MINUTE_MS = 60_000;

function taken(bucket: TokenBucket, perMinute: number, now: number): number {
  let count = 0;
  while (count <= 2 * perMinute && !bucket.take(perMinute, now).isExceeded) count += 1;
  return count;
}

/** Takes all tokens; returns the caller's quota after that. */
function spent(bucket: TokenBucket, perMinute: number, now: number): Quota {
  let quota = bucket.take(perMinute, now);
  while (!quota.isExceeded) quota = bucket.take(perMinute, now);
  return quota;
}

const rates = fc.integer({ min: 1, max: 2_000 });
const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 });

describe(TokenBucket.name, () => {
  it('holds a minute of requests, and returns how many are left', () => {
    const bucket = new TokenBucket(3, 0);
    const stands = Array.from({ length: 4 }, () => bucket.take(3, 0));

    expect(stands.map(({ left }) => left)).toEqual([2, 1, 0, 0]);
    expect(stands.map(({ isExceeded }) => isExceeded)).toEqual([false, false, false, true]);
  });

  it('fills evenly, and not beyond a minute', () => {
    const bucket = new TokenBucket(60, 0);
    taken(bucket, 60, 0);

    expect(taken(bucket, 60, 999)).toBe(0);
    expect(taken(bucket, 60, 1_000)).toBe(1);
    expect(taken(bucket, 60, 11_500)).toBe(10);
    bucket.take(60, MINUTE_MS);
    expect(taken(bucket, 60, 24 * 60 * MINUTE_MS)).toBe(60);
  });

  it.each([9, 60, 6_000, 9_999])('lets through %i a minute in the long run, and loses none', (perMinute) => {
    const bucket = new TokenBucket(perMinute, 0);
    taken(bucket, perMinute, 0);
    let count = 0;
    for (let now = 7_000; now <= 7 * MINUTE_MS; now += 7_000) count += taken(bucket, perMinute, now);

    expect(count).toBe(7 * perMinute);
  });

  it('returns to the millisecond when one more fits', () => {
    fc.assert(
      fc.property(rates, pauses, (perMinute, pausesMs) => {
        const bucket = new TokenBucket(perMinute, 0);
        let now = 0;
        for (const pauseMs of pausesMs) {
          now += pauseMs;
          const { moreInMs } = spent(bucket, perMinute, now);
          const early = bucket.take(perMinute, now + moreInMs - 1).isExceeded;
          now += moreInMs;

          expect([early, bucket.take(perMinute, now).isExceeded]).toEqual([true, false]);
        }
      }),
    );
  });

  it('grants no more than its capacity and its refill, at any times of the calls', () => {
    fc.assert(
      fc.property(rates, pauses, (perMinute, pausesMs) => {
        const bucket = new TokenBucket(perMinute, 0);
        let [now, count] = [0, 0];
        for (const pauseMs of pausesMs) {
          now += pauseMs / 7;
          count += taken(bucket, perMinute, now);

          expect(count).toBeLessThanOrEqual(perMinute + (perMinute * now) / MINUTE_MS);
        }
      }),
    );
  });

  it('does not count a refused request', () => {
    const bucket = new TokenBucket(2, 0);
    taken(bucket, 2, 0);
    for (let attempt = 0; attempt < 1_000; attempt += 1) bucket.take(2, 15_000);

    expect(bucket.take(2, 30_000).isExceeded).toBe(false);
  });

  it('stays as full as it is when the rate changes', () => {
    const raised = new TokenBucket(10, 0);
    for (let attempt = 0; attempt < 5; attempt += 1) raised.take(10, 0);
    const empty = new TokenBucket(10, 0);
    taken(empty, 10, 0);

    expect(raised.take(100, 0)).toMatchObject({ perMinute: 100, left: 49 });
    expect(raised.take(10, 0)).toMatchObject({ perMinute: 10, left: 3 });
    expect(empty.take(1_000_000, 0).isExceeded).toBe(true);
  });
});
