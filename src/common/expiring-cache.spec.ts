import { ExpiringCache } from './expiring-cache';

const KEPT_MS = 1_000;

let now: number;
let made: number;
let values: ExpiringCache<number>;
beforeEach(() => {
  now = 0;
  made = 0;
  values = new ExpiringCache(KEPT_MS, 10, () => now);
});

function get(name: string): number {
  return values.get(name, () => (made += 1));
}

describe(ExpiringCache.name, () => {
  it('creates a value once, and keeps it while it is used', () => {
    for (; now < 10 * KEPT_MS; now += KEPT_MS - 1) expect([get('a'), now]).toEqual([1, now]);
  });

  it('keeps a value for its time after the last use, whatever is used meanwhile', () => {
    now = KEPT_MS - 1;
    get('a');
    now = KEPT_MS;
    get('b');
    now = 2 * KEPT_MS - 2;

    expect(get('a')).toBe(1);
  });

  it('drops unused values', () => {
    get('a');
    get('b');
    for (const later of [KEPT_MS, 2 * KEPT_MS]) {
      now = later;
      get('b');
    }

    expect([get('a'), get('b'), values.size]).toEqual([3, 2, 2]);
  });

  it('never exceeds its bound, and keeps those that are used', () => {
    for (let other = 0; other < 1_000; other += 1) {
      get(`other-${other}`);

      expect([get('busy'), values.size <= 10]).toEqual([2, true]);
    }
  });

  it('distinguishes names that every object inherits', () => {
    expect([get('constructor'), get('__proto__'), get('toString')]).toEqual([1, 2, 3]);
  });
});
