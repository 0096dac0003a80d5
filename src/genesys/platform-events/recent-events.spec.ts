import { RecentEvents } from './recent-events';

const KEPT_MS = 1_000;

let now: number;
let recent: RecentEvents;
beforeEach(() => {
  now = 0;
  recent = new RecentEvents(KEPT_MS, 3, () => now);
});

describe(RecentEvents.name, () => {
  it('tells a repetition', () => {
    expect([recent.add('a'), recent.add('a'), recent.add('b')]).toEqual([true, false, true]);
    expect([recent.has('a'), recent.has('c')]).toEqual([true, false]);
  });

  it('does not add a key by asking for it', () => {
    expect([recent.has('a'), recent.add('a')]).toEqual([false, true]);
  });

  it('forgets a key after its time, which a repetition does not prolong', () => {
    recent.add('a');
    now = KEPT_MS;

    expect(recent.add('a')).toBe(false);

    now = KEPT_MS + 1;

    expect([recent.has('a'), recent.size]).toEqual([false, 0]);
  });

  it('keeps as many keys as its bound, the latest ones', () => {
    for (let at = 0; at < 1_000; at += 1) {
      recent.add(`k${at}`);

      expect(recent.size).toBeLessThanOrEqual(3);
    }
    expect(['k996', 'k997', 'k998', 'k999'].map((key) => recent.has(key))).toEqual([false, true, true, true]);
  });
});
