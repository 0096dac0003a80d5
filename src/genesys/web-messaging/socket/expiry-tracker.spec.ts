import type { Clock } from '../../../common/time/clock';
import { SystemClock } from '../../../common/time/system-clock';
import { ExpiryTracker } from './expiry-tracker';
import { FakeSocketListener } from './socket-listener.fake';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

let warned: number[];

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  warned = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function trackerAhead(aheadMs: number, clock: Clock = new SystemClock()): ExpiryTracker {
  const listener = new FakeSocketListener();
  warned = listener.warnings;
  return new ExpiryTracker(aheadMs, clock, (call) => {
    call(listener);
  });
}

function expireAt(tracker: ExpiryTracker, expiresAt: number): void {
  tracker.update({ durationSeconds: undefined, expirationDate: expiresAt / 1000 });
}

describe(ExpiryTracker.name, () => {
  it('warns once, its time ahead, however often the same expiry is stated', async () => {
    const tracker = trackerAhead(5 * MINUTE);
    expireAt(tracker, NOW + 60 * MINUTE);
    await jest.advanceTimersByTimeAsync(54 * MINUTE);
    expireAt(tracker, NOW + 60 * MINUTE - 900);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(warned).toEqual([NOW + 60 * MINUTE - 900]);
    expireAt(tracker, NOW + 60 * MINUTE + 900);
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(warned).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('warns of an expiry that was moved at its own time, before a warning and after one', async () => {
    const tracker = trackerAhead(5 * MINUTE);
    expireAt(tracker, NOW + 10 * MINUTE);
    await jest.advanceTimersByTimeAsync(4 * MINUTE);
    expireAt(tracker, NOW + 20 * MINUTE);
    await jest.advanceTimersByTimeAsync(11 * MINUTE);
    expect(warned).toEqual([NOW + 20 * MINUTE]);

    expireAt(tracker, NOW + 40 * MINUTE);
    await jest.advanceTimersByTimeAsync(20 * MINUTE);
    expect(warned).toEqual([NOW + 20 * MINUTE, NOW + 40 * MINUTE]);
  });

  it('warns halfway where less time is left than that', async () => {
    const tracker = trackerAhead(5 * MINUTE);
    expireAt(tracker, NOW + 2 * MINUTE);
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    expireAt(tracker, NOW + 2 * MINUTE + 900);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(1);
    expect(warned).toEqual([NOW + 2 * MINUTE]);
  });

  it('waits longer than one timer can', async () => {
    const expiresAt = NOW + 60 * 86_400_000;
    expireAt(trackerAhead(5 * MINUTE), expiresAt);
    await jest.advanceTimersByTimeAsync(60 * 86_400_000 - 5 * MINUTE - 1);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(1);
    expect(warned).toEqual([expiresAt]);
  });

  it('does not warn once it is stopped, is switched off, or comes too late', async () => {
    const stopped = trackerAhead(5 * MINUTE);
    expireAt(stopped, NOW + 10 * MINUTE);
    stopped.stop();
    expireAt(trackerAhead(0), NOW + 10 * MINUTE);
    expect(jest.getTimerCount()).toBe(0);

    let now = NOW;
    expireAt(trackerAhead(5 * MINUTE, { now: () => now }), NOW + 10 * MINUTE);
    now += 30 * MINUTE;
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(warned).toEqual([]);
  });
});
