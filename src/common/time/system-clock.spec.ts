import { SystemClock } from './system-clock';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

let clock: SystemClock;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  clock = new SystemClock();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(SystemClock.name, () => {
  it('begins with the time of the machine, and continues independently', () => {
    expect(clock.now()).toBe(NOW);
    jest.setSystemTime(NOW + HOUR);
    expect(clock.now()).toBe(NOW);
    jest.advanceTimersByTime(2_000);
    expect(clock.now()).toBe(NOW + 2_000);
  });

  describe('with a time that was set', () => {
    beforeEach(() => {
      clock.follow(NOW + 5_000);
    });

    it("continues from there, whatever the machine's clock shows", () => {
      jest.setSystemTime(NOW + HOUR);
      expect(clock.now()).toBe(NOW + 5_000);
      jest.advanceTimersByTime(2_000);
      expect(clock.now()).toBe(NOW + 7_000);
    });

    it('moves forward at once', () => {
      clock.follow(NOW + 5_300);
      expect(clock.now()).toBe(NOW + 5_300);
    });

    it('goes back in small steps: the response may have taken that long', () => {
      clock.follow(NOW + 4_400);
      expect(clock.now()).toBe(NOW + 4_999);
      for (let time = 0; time < 1_000; time += 1) clock.follow(NOW + 4_400);
      expect(clock.now()).toBe(NOW + 4_400);
    });

    it.each([1_000, HOUR])('goes back by %d ms at once', (backMs) => {
      clock.follow(NOW + 5_000 - backMs);
      expect(clock.now()).toBe(NOW + 5_000 - backMs);
    });
  });
});
