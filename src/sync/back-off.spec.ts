import { backOffMs } from './back-off';

describe(backOffMs.name, () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 24_000],
    [1_000_000, 24_000],
  ])('waits after failure %d for about %d ms', (failures, meant) => {
    const waits = Array.from({ length: 500 }, () => backOffMs(failures));

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8 * meant);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.2 * meant);
    expect(new Set(waits).size).toBeGreaterThan(50);
  });

  it('is never above thirty seconds', () => {
    const waits = Array.from({ length: 5_000 }, (_, index) => backOffMs(index + 1));

    expect(Math.max(...waits)).toBeLessThan(30_000);
  });
});
