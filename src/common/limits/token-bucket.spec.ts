import fc from 'fast-check';
import { TokenBucket, type TokenBucketRate } from './token-bucket';

const MINUTE_MS = 60_000;

let now: number;
beforeEach(() => {
  now = 0;
});

const perMinute = (count: number): TokenBucketRate => ({ capacity: count, perMs: count / MINUTE_MS });
const aBucket = (count: number): TokenBucket => new TokenBucket(perMinute(count), () => now);

function takeAll(bucket: TokenBucket, reservedShare = 0): number {
  let count = 0;
  while (count <= 10_000 && bucket.tryTake(reservedShare)) count += 1;
  return count;
}

const rates = fc.integer({ min: 1, max: 2_000 });
const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 });

describe(TokenBucket.name, () => {
  it('is full at first, and grants as many tokens as it holds', () => {
    const bucket = aBucket(3);

    expect(Array.from({ length: 4 }, () => bucket.tryTake())).toEqual([true, true, true, false]);
    expect(bucket.left).toBe(0);
  });

  it('fills evenly, and not beyond its capacity', () => {
    const bucket = aBucket(60);
    takeAll(bucket);

    now = 999;
    expect(takeAll(bucket)).toBe(0);
    now = 1_000;
    expect(takeAll(bucket)).toBe(1);
    now = 11_500;
    expect(takeAll(bucket)).toBe(10);
    now = 24 * 60 * MINUTE_MS;
    expect(takeAll(bucket)).toBe(60);
  });

  it.each([9, 60, 6_000, 9_999])('grants %i a minute in the long run, and loses none', (count) => {
    const bucket = aBucket(count);
    takeAll(bucket);
    let taken = 0;
    for (now = 7_000; now <= 7 * MINUTE_MS; now += 7_000) taken += takeAll(bucket);

    expect(taken).toBe(7 * count);
  });

  it('tells when the next token is there, to the millisecond', () => {
    fc.assert(
      fc.property(rates, pauses, (count, pausesMs) => {
        now = 0;
        const bucket = aBucket(count);
        for (const pauseMs of pausesMs) {
          now += pauseMs;
          takeAll(bucket);
          const waitMs = Math.ceil(bucket.msUntilNext());
          now += waitMs - 1;
          const early = bucket.tryTake();
          now += 1;

          expect([early, bucket.tryTake()]).toEqual([false, true]);
        }
      }),
    );
  });

  it('grants no more than it held and what flowed in, at whatever moments it is asked', () => {
    fc.assert(
      fc.property(rates, pauses, (count, pausesMs) => {
        now = 0;
        const bucket = aBucket(count);
        let taken = 0;
        for (const pauseMs of pausesMs) {
          now += pauseMs / 7;
          taken += takeAll(bucket);

          expect(taken).toBeLessThanOrEqual(count + (count * now) / MINUTE_MS + 2e-6);
        }
      }),
    );
  });

  it('counts no token that it did not grant', () => {
    const bucket = aBucket(2);
    takeAll(bucket);
    now = 15_000;
    for (let attempt = 0; attempt < 1_000; attempt += 1) bucket.tryTake();

    now = 30_000;
    expect(bucket.tryTake()).toBe(true);
  });

  it('leaves the reserved share to others, but never so much that it could not grant one', () => {
    const bucket = aBucket(20);

    expect(takeAll(bucket, 0.4)).toBe(12);
    expect(bucket.msUntilNext(0.4)).toBeCloseTo(3_000);
    expect(takeAll(bucket, 0)).toBe(8);
    expect(takeAll(aBucket(1), 0.5)).toBe(1);
  });

  it('makes up for tokens that were taken beyond those that it held', () => {
    const bucket = aBucket(60);
    bucket.take(62);
    expect([bucket.left, bucket.available]).toEqual([-2, 0]);

    now = 2_999;
    expect(bucket.tryTake()).toBe(false);
    now = 3_000;
    expect(bucket.tryTake()).toBe(true);
  });

  it('takes in no more than fits', () => {
    const bucket = aBucket(2);
    bucket.take(1);
    bucket.add(5);

    expect(bucket.left).toBe(2);
  });

  it('stays as full as it is when its rate changes', () => {
    const raised = aBucket(10);
    raised.take(5);
    const empty = aBucket(10);
    takeAll(empty);

    raised.adopt(perMinute(100));
    expect(raised.left).toBe(50);
    raised.adopt(perMinute(10));
    expect(raised.left).toBe(5);
    empty.adopt(perMinute(1_000_000));
    expect(empty.tryTake()).toBe(false);
  });
});
