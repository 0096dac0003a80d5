import type { Clock } from '../../../common/time/clock';
import { SystemClock } from '../../../common/time/system-clock';
import { ExpiryWarning } from './expiry-tracker';

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

function warningAhead(aheadMs: number, clock: Clock = new SystemClock()): ExpiryWarning {
  return new ExpiryWarning(aheadMs, clock, (expiresAt) => warned.push(expiresAt));
}

describe(ExpiryWarning.name, () => {
  it('warns once, its time ahead, however often the same expiry is told', async () => {
    const warning = warningAhead(5 * MINUTE);
    warning.expires(NOW + 60 * MINUTE);
    await jest.advanceTimersByTimeAsync(54 * MINUTE);
    warning.expires(NOW + 60 * MINUTE - 900);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(warned).toEqual([NOW + 60 * MINUTE - 900]);
    warning.expires(NOW + 60 * MINUTE + 900);
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(warned).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('warns of an expiry that was moved at its own time, before a warning and after one', async () => {
    const warning = warningAhead(5 * MINUTE);
    warning.expires(NOW + 10 * MINUTE);
    await jest.advanceTimersByTimeAsync(4 * MINUTE);
    warning.expires(NOW + 20 * MINUTE);
    await jest.advanceTimersByTimeAsync(11 * MINUTE);
    expect(warned).toEqual([NOW + 20 * MINUTE]);

    warning.expires(NOW + 40 * MINUTE);
    await jest.advanceTimersByTimeAsync(20 * MINUTE);
    expect(warned).toEqual([NOW + 20 * MINUTE, NOW + 40 * MINUTE]);
  });

  it('warns halfway where less time is left than that', async () => {
    const warning = warningAhead(5 * MINUTE);
    warning.expires(NOW + 2 * MINUTE);
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    warning.expires(NOW + 2 * MINUTE + 900);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(1);
    expect(warned).toEqual([NOW + 2 * MINUTE]);
  });

  it('waits longer than one timer can', async () => {
    const expiresAt = NOW + 60 * 86_400_000;
    warningAhead(5 * MINUTE).expires(expiresAt);
    await jest.advanceTimersByTimeAsync(60 * 86_400_000 - 5 * MINUTE - 1);
    expect(warned).toEqual([]);

    await jest.advanceTimersByTimeAsync(1);
    expect(warned).toEqual([expiresAt]);
  });

  it('does not warn once it is stopped, is switched off, or comes too late', async () => {
    const stopped = warningAhead(5 * MINUTE);
    stopped.expires(NOW + 10 * MINUTE);
    stopped.stop();
    warningAhead(0).expires(NOW + 10 * MINUTE);
    expect(jest.getTimerCount()).toBe(0);

    let now = NOW;
    warningAhead(5 * MINUTE, { now: () => now }).expires(NOW + 10 * MINUTE);
    now += 30 * MINUTE;
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(warned).toEqual([]);
  });
});
