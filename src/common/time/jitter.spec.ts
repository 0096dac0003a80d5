import fc from 'fast-check';
import { jittered } from './jitter';

afterEach(() => {
  jest.restoreAllMocks();
});

describe(jittered.name, () => {
  it.each([
    [0, 800],
    [0.5, 1_000],
    [0.999_999_9, 1_200],
  ])('turns a draw of %d into %i of 1000 ms', (draw, ms) => {
    jest.spyOn(Math, 'random').mockReturnValue(draw);

    expect(jittered(1_000)).toBe(ms);
  });

  it('stays within its share and whole', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.double({ min: 0, max: 1, noNaN: true }), (ms, share) => {
        const result = jittered(ms, share);
        expect(Number.isInteger(result)).toBe(true);
        expect(Math.abs(result - ms)).toBeLessThanOrEqual(ms * share + 0.5);
      }),
    );
  });

  it('spreads the durations', () => {
    expect(new Set(Array.from({ length: 100 }, () => jittered(1_000_000))).size).toBeGreaterThan(90);
  });
});
