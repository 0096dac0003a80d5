import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { ClockMonitor } from './clock-monitor';
import { FakeDeadlineStore } from './ports/deadline.store.fake';
import { FakeLease } from './ports/lease.fake';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: SystemClock;
let deadlines: FakeDeadlineStore;
let lease: FakeLease;
let metrics: ReadableMetrics;
let monitor: ClockMonitor;
let log: RecordingLog;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  clock = new SystemClock();
  deadlines = new FakeDeadlineStore();
  lease = new FakeLease();
  metrics = new ReadableMetrics();
  monitor = new ClockMonitor(clock, deadlines, lease, metrics);
});
afterEach(async () => {
  await monitor.onModuleDestroy();
  jest.useRealTimers();
});

/** The clock of the machine is set while this process runs. */
const step = (byMs: number): void => {
  jest.setSystemTime(Date.now() + byMs);
};
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const steps = (): Promise<number | undefined> => metrics.sample('clock_steps_total');

describe(ClockMonitor.name, () => {
  it('keeps the time of the process over a step that is undone, and logs both', async () => {
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(2 * HOUR);
    await pass(5_000);
    expect(clock.now()).toBe(NOW + 6_000);
    step(-2 * HOUR);
    await pass(2 * MINUTE);

    expect(clock.now()).toBe(NOW + 6_000 + 2 * MINUTE);
    expect(deadlines.shifts).toEqual([]);
    expect(await steps()).toBe(2);
    const message = 'Clock of the machine stepped: no deadline moves';
    expect(log.at('warn')).toEqual([
      { message, stepMs: 2 * HOUR },
      { message, stepMs: -2 * HOUR },
    ]);
  });

  it.each([2 * HOUR, -2 * HOUR])(
    'takes over a step of %d ms after a minute, with all deadlines',
    async (byMs) => {
      monitor.onApplicationBootstrap();
      await pass(1_000);
      step(byMs);
      await pass(58_000);
      expect(clock.now()).toBe(NOW + 59_000);
      expect(deadlines.shifts).toEqual([]);
      await pass(5_000);

      expect(clock.now()).toBe(NOW + 64_000 + byMs);
      expect(deadlines.shifts).toEqual([byMs]);
      expect(log.at('warn')).toContainEqual({
        message: 'Clock of the machine taken over, deadlines moved with it',
        stepMs: byMs,
      });
    },
  );

  it('waits until a clock that is set again and again stays where it is', async () => {
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(HOUR);
    await pass(40_000);
    step(HOUR);
    await pass(40_000);
    expect(deadlines.shifts).toEqual([]);
    await pass(30_000);

    expect(deadlines.shifts).toEqual([2 * HOUR]);
  });

  it('repeats a correction that the database did not take', async () => {
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(HOUR);
    deadlines.error = new Error('away');
    await pass(65_000);
    expect(clock.now()).toBe(NOW + 66_000);
    deadlines.error = undefined;
    await pass(2_000);

    expect(clock.now()).toBe(NOW + 68_000 + HOUR);
    expect(deadlines.shifts).toEqual([HOUR]);
  });

  it('does not take over a clock that is more than a day off, and logs it once an hour', async () => {
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(-50 * 365 * 24 * HOUR);
    await pass(90 * MINUTE);

    expect(clock.now()).toBe(NOW + 1_000 + 90 * MINUTE);
    expect(deadlines.shifts).toEqual([]);
    expect(log.at('error')).toHaveLength(2);
  });

  it('follows small corrections of the machine at once, and counts none', async () => {
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(4_000);
    await pass(1_000);

    expect(clock.now()).toBe(NOW + 6_000);
    expect(await steps()).toBe(0);
  });

  it('leaves the time to a shared database, and counts the steps all the same', async () => {
    lease.isShared = true;
    monitor.onApplicationBootstrap();
    await pass(1_000);
    step(HOUR);
    await pass(5 * MINUTE);

    expect(clock.now()).toBe(NOW + 1_000 + 5 * MINUTE);
    expect(deadlines.shifts).toEqual([]);
    expect(await steps()).toBe(1);
  });

  it('brings forward at its start and once an hour what was scheduled too far ahead', async () => {
    monitor.onApplicationBootstrap();
    await pass(0);
    expect(deadlines.broughtForward).toEqual([NOW]);
    await pass(HOUR);

    expect(deadlines.broughtForward).toHaveLength(2);
  });
});
