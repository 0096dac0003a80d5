import fc from 'fast-check';
import { DeliveryRateLimiter } from './delivery-rate-limiter';

let now: number;

beforeEach(() => {
  now = 5_000;
});

const paceOf = (perSecond: number): DeliveryRateLimiter => new DeliveryRateLimiter(perSecond, () => now);

describe(DeliveryRateLimiter.name, () => {
  it('allows a tenth of what a second allows at once', () => {
    const pace = paceOf(200);

    expect(pace.allowed).toBe(20);
    expect(pace.waitMs).toBe(0);
  });

  it('saves nothing up while nothing is delivered', () => {
    const pace = paceOf(200);
    now += 3_600_000;

    expect(pace.allowed).toBe(20);
  });

  it('allows the rest of a portion, and what has grown meanwhile', () => {
    const pace = paceOf(200);
    pace.take(10);
    expect(pace.allowed).toBe(10);

    now += 10;
    expect(pace.allowed).toBe(12);
  });

  it('hands out the next portion as a whole once it has run dry', () => {
    const pace = paceOf(200);
    pace.take(20);
    expect([pace.allowed, pace.waitMs]).toEqual([0, 101]);

    now += 99;
    expect([pace.allowed, pace.waitMs]).toEqual([0, 2]);
    now += 1;
    expect([pace.allowed, pace.waitMs]).toEqual([20, 0]);
  });

  it('is not dry because nothing was there to take', () => {
    const pace = paceOf(200);
    pace.take(0);

    expect(pace.allowed).toBe(20);
  });

  it('makes up for a probe that did not ask', () => {
    const pace = paceOf(200);
    pace.take(20);
    pace.take(1);

    now += 100;
    expect(pace.allowed).toBe(0);
    now += 5;
    expect(pace.allowed).toBe(20);
  });

  it('allows one delivery at a time where a second allows fewer than ten', () => {
    const pace = paceOf(1);
    expect(pace.allowed).toBe(1);
    pace.take(1);

    now += 999;
    expect(pace.allowed).toBe(0);
    now += 1;
    expect(pace.allowed).toBe(1);
  });

  it.each([1, 3, 7, 15, 200, 999])('allows %d a second and no more, and wastes little of it', (perSecond) => {
    const pace = paceOf(perSecond);
    let taken = 0;
    const start = now;
    while (now - start < 20_000) {
      const { allowed } = pace;
      pace.take(allowed);
      taken += allowed;
      now += Math.max(1, pace.waitMs);
    }

    expect(taken).toBeLessThanOrEqual(20 * perSecond + Math.max(1, perSecond / 10));
    expect(taken).toBeGreaterThanOrEqual(0.9 * 20 * perSecond);
  });

  it('is ready again after the wait that it named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 100 }),
        (perSecond, gapMs) => {
          const pace = paceOf(perSecond);
          pace.take(pace.allowed);
          now += gapMs;
          now += pace.waitMs;
          expect(pace.allowed).toBeGreaterThan(0);
        },
      ),
    );
  });
});
