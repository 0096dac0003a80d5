import fc from 'fast-check';
import { PRIORITIES } from './priority';
import { RateBudget } from './rate-budget';

const WINDOW_MS = 60_000;

describe(RateBudget.name, () => {
  let now: number;
  let budget: RateBudget;

  beforeEach(() => {
    now = 0;
    budget = RateBudget.local(300, WINDOW_MS, () => now);
  });

  function takeAll(priority: (typeof PRIORITIES)[number]): number {
    let taken = 0;
    while (budget.tryTake(priority) === 0) taken += 1;
    return taken;
  }

  it('lets a small burst out at once and the rest evenly', () => {
    expect(takeAll('disconnect')).toBe(24);
    expect(budget.tryTake('disconnect')).toBeCloseTo(1 / budget.ratePerMs);
    now += WINDOW_MS / 2;
    expect(takeAll('disconnect')).toBe(24);
  });

  it('keeps a part of the bucket for more urgent requests', () => {
    expect(takeAll('other')).toBe(12);
    expect(takeAll('beat')).toBe(2);
    expect(takeAll('open')).toBe(6);
    expect(takeAll('disconnect')).toBe(4);
  });

  it('sends nothing while a 429 has closed it, and says for how long', () => {
    budget.close(42_000);
    expect(budget.tryTake('disconnect')).toBe(42_000);
    expect(budget.left).toBe(0);
    expect(budget.status.closedForMs).toBe(42_000);
    now += 42_000;
    expect(budget.tryTake('disconnect')).toBe(0);
  });

  it.each([
    ['without a hint', undefined, 3_000],
    ['for ten years', 315_360_000_000, 300_000],
  ])('is closed by a 429 %s for a sensible time', (_what, asked, expected) => {
    budget.close(asked);
    expect(budget.status.closedForMs).toBe(expected);
  });

  it('believes a report of a used-up window for a sensible time, however long that lasts', () => {
    budget.tryTake('other');
    budget.release({ allowed: 300, count: 300, resetMs: 315_360_000_000 });
    expect(budget.tryTake('disconnect')).toBe(300_000);
    now += 300_000;
    expect(budget.tryTake('disconnect')).toBe(0);
  });

  it('follows the allowance that the platform reports', () => {
    budget.tryTake('other');
    budget.release({ allowed: 180, count: 1, resetMs: 30_000 });
    expect(budget.status).toMatchObject({ allowed: 180, used: 1, resetInMs: 30_000 });
    expect(budget.ratePerMs).toBeCloseTo((180 * 0.92) / WINDOW_MS);
    expect(takeAll('disconnect')).toBeLessThanOrEqual(14);
  });

  it('leaves to others what they use of the same client, until the window ends', () => {
    budget.tryTake('other');
    budget.release({ allowed: 300, count: 297, resetMs: 20_000 });
    expect(takeAll('disconnect')).toBe(3);
    expect(budget.tryTake('disconnect')).toBe(20_000);
    now += 20_000;
    expect(budget.tryTake('disconnect')).toBe(0);
  });

  it('takes senseless reports for none', () => {
    budget.tryTake('other');
    budget.release({ allowed: 0, count: undefined, resetMs: 5 });
    expect(budget.status).toMatchObject({ allowed: 300, resetInMs: 0 });
  });

  it('never sends more than the allowance in any window, whatever is asked when', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 5_000 }),
      priority: fc.constantFrom(...PRIORITIES),
      count: fc.integer({ min: 1, max: 40 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      now = 0;
      budget = RateBudget.local(300, WINDOW_MS, () => now);
      const sent: number[] = [];
      for (const { waitMs, priority, count } of steps) {
        now += waitMs;
        for (let tries = 0; tries < count; tries += 1) if (budget.tryTake(priority) === 0) sent.push(now);
      }
      const inWindowFrom = (at: number): number =>
        sent.filter((time) => time >= at && time < at + WINDOW_MS).length;
      return sent.every((at) => inWindowFrom(at) <= 300);
    });
    expect(fc.check(property).failed).toBe(false);
  });
});
