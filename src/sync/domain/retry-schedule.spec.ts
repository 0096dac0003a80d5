import { RetrySchedule } from './retry-schedule';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  jest.restoreAllMocks();
});

function draw(random: number): void {
  jest.spyOn(Math, 'random').mockReturnValue(random);
}

const waitMs = (failures: number, ageMs = 0, firstWaitMs?: number): number | undefined =>
  new RetrySchedule(firstWaitMs).waitMs(failures, ageMs);

describe(RetrySchedule.name, () => {
  const steps = [
    [1, 5_000],
    [2, 15_000],
    [3, 30_000],
    [4, MINUTE],
    [5, 2 * MINUTE],
    [6, 5 * MINUTE],
    [7, 10 * MINUTE],
    [8, 10 * MINUTE],
    [100, 10 * MINUTE],
  ] as const;

  it.each(steps)('waits after failure %d for %d ms, give or take a fifth', (failures, planned) => {
    draw(0.5);
    expect(waitMs(failures)).toBe(planned);
    draw(0);
    expect(waitMs(failures)).toBe(0.8 * planned);
    draw(1);
    expect(waitMs(failures)).toBe(1.2 * planned);
  });

  it.each([
    ['ten minutes until it waits for a day', 24 * HOUR - 1, 10 * MINUTE],
    ['an hour from then on', 24 * HOUR, HOUR],
    ['an hour until it waits for three days', 72 * HOUR - 1, HOUR],
  ])('tries an event every %s', (_, ageMs, planned) => {
    draw(0.5);
    expect(waitMs(150, ageMs)).toBe(planned);
  });

  it('begins with the short waits also for an event that has been waiting behind others', () => {
    draw(0.5);
    expect(waitMs(1, 71 * HOUR)).toBe(5_000);
  });

  it.each([72 * HOUR, 72 * HOUR + 1, 1_000 * HOUR])('gives up an event that waits for %d ms', (ageMs) => {
    expect(waitMs(1, ageMs)).toBeUndefined();
    expect(waitMs(100, ageMs)).toBeUndefined();
  });

  it.each([
    [10, 1, 0, 10],
    [10, 7, 0, 1_200],
    [10_000, 2, 0, 30_000],
    [10_000, 100, 30 * HOUR, 2 * HOUR],
  ])('scales every wait with a first one of %d ms', (first, failures, ageMs, planned) => {
    draw(0.5);
    expect(waitMs(failures, ageMs, first)).toBe(planned);
  });

  it('does not scale how long an event is kept', () => {
    expect(waitMs(100, 72 * HOUR - 1, 10)).toBeDefined();
    expect(waitMs(100, 72 * HOUR, 600_000)).toBeUndefined();
  });

  it.each([
    [0, 0],
    [1_000, 1_000],
    [HOUR, HOUR],
    [HOUR + 1, HOUR],
    [Number.MAX_SAFE_INTEGER, HOUR],
  ])('leaves a receiver that asks for %d ms alone for %d ms', (asked, throttled) => {
    expect(RetrySchedule.throttledMs(asked)).toBe(throttled);
  });
});
