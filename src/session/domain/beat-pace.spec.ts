import fc from 'fast-check';
import { type BeatDemand, sessionsThatFit, stretched, stretchFactor } from './beat-pace';

/** Tolerance for rounding errors in sums. */
const ROUNDING = 1 + 1e-9;

const demands = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 10, max: 300_000 }), fc.integer({ min: 1, max: 2_000 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([intervalMs]) => intervalMs,
  })
  .map((entries): BeatDemand => new Map(entries));
const rates = fc.double({ min: 1e-6, max: 10, noNaN: true });
const limits = fc.integer({ min: 10, max: 600_000 });

function loadOf(demand: BeatDemand, factor: number, maxMs: number): number {
  return [...demand].reduce((sum, [ms, sessions]) => sum + sessions / stretched(ms, factor, maxMs), 0);
}

/** The first demand, rate and maximum that violate the condition; null if it always holds. */
function exceptionTo(holds: (demand: BeatDemand, beatsPerMs: number, maxMs: number) => boolean): unknown {
  return fc.check(fc.property(demands, rates, limits, holds), { numRuns: 500 }).counterexample;
}

describe(stretchFactor.name, () => {
  it('leaves intervals unchanged while their beats fit', () => {
    expect(stretchFactor(new Map([[30_000, 120]]), 120 / 30_000, 120_000)).toBe(1);
    expect(stretchFactor(new Map(), 0.001, 120_000)).toBe(1);
  });

  it('stretches them as far as necessary: twice the sessions, twice the interval', () => {
    expect(stretchFactor(new Map([[30_000, 240]]), 120 / 30_000, 120_000)).toBeCloseTo(2, 3);
  });

  it('stretches the short ones further when the long ones can go no further', () => {
    const demand = new Map([
      [1_000, 10],
      [100_000, 100],
    ]);
    const factor = stretchFactor(demand, 10 / 60_000 + 100 / 120_000, 120_000);

    expect(factor).toBeCloseTo(60, 1);
    expect(stretched(100_000, factor, 120_000)).toBe(120_000);
  });

  it('keeps all beats together within the rate if any factor does', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const canFit = loadOf(demand, Number.MAX_VALUE, maxMs) <= beatsPerMs;
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      return !canFit || loadOf(demand, factor, maxMs) <= beatsPerMs * ROUNDING;
    });

    expect(exception).toBeNull();
  });

  it('stretches no further than necessary', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      // Within the resolution of the bisection.
      const less = 1 + (factor - 1) * 0.99 - maxMs / Math.min(...demand.keys()) / 2 ** 20;
      return less <= 1 || loadOf(demand, less, maxMs) > beatsPerMs;
    });

    expect(exception).toBeNull();
  });

  it('never shortens an interval, and stretches none beyond the maximum', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      return [...demand.keys()].every((ownMs) => {
        const ms = stretched(ownMs, factor, maxMs);
        return ms >= ownMs && ms <= Math.max(ownMs, maxMs);
      });
    });

    expect(exception).toBeNull();
  });

  it('stretches evenly: all intervals below the maximum by the same factor', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      return [...demand.keys()].every((ownMs) => {
        const ms = stretched(ownMs, factor, maxMs);
        return ms === ownMs * factor || ms === Math.max(ownMs, maxMs);
      });
    });

    expect(exception).toBeNull();
  });

  it('keeps the order of intervals', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      const sorted = [...demand.keys()].sort((one, other) => one - other);
      const paces = sorted.map((ownMs) => stretched(ownMs, factor, maxMs));
      return paces.every((ms, index) => ms >= (paces[index - 1] ?? 0));
    });

    expect(exception).toBeNull();
  });

  it('never becomes shorter with one session more, nor with less rate', () => {
    const exception = exceptionTo((demand, beatsPerMs, maxMs) => {
      const factor = stretchFactor(demand, beatsPerMs, maxMs);
      const [first = 10] = demand.keys();
      const more = new Map(demand).set(first, (demand.get(first) ?? 0) + 1);
      return (
        stretchFactor(more, beatsPerMs, maxMs) >= factor &&
        stretchFactor(demand, beatsPerMs / 2, maxMs) >= factor
      );
    });

    expect(exception).toBeNull();
  });
});

describe(sessionsThatFit.name, () => {
  it('is the number that fits the rate with every interval at its longest', () => {
    expect(sessionsThatFit(258 / 60_000, 120_000)).toBe(516);

    const property = fc.property(rates, limits, (beatsPerMs, maxMs) => {
      const count = sessionsThatFit(beatsPerMs, maxMs);
      return count / maxMs <= beatsPerMs * ROUNDING && (count + 1) / maxMs > beatsPerMs / ROUNDING;
    });
    expect(fc.check(property).failed).toBe(false);
  });
});
