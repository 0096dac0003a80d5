import type { Clock } from '../time/clock';
import { SystemClock } from '../time/system-clock';
import { Housekeeping } from './housekeeping';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

/** Housekeeping with scripted work, which records the times of its calls. */
class Chores extends Housekeeping {
  readonly steps: number[] = [];
  readonly failures: unknown[] = [];
  /** The result of each step; after the last there is nothing left to do. */
  readonly due: (boolean | Error)[] = [];

  static with(clock: Clock, pauseMs?: number): Chores {
    return new Chores(clock, pauseMs);
  }

  protected step(now: number): Promise<boolean> {
    this.steps.push(now);
    const outcome = this.due.shift() ?? false;
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  }

  protected failed(error: unknown): void {
    this.failures.push(error);
  }
}

let chores: Chores;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  chores = Chores.with(new SystemClock());
});
afterEach(async () => {
  await chores.onModuleDestroy();
  jest.useRealTimers();
});

describe(Housekeeping.name, () => {
  it('begins a minute after the start, and runs again every minute', async () => {
    chores.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    expect(chores.steps).toHaveLength(0);

    await jest.advanceTimersByTimeAsync(1);
    expect(chores.steps).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2 * MINUTE);
    expect(chores.steps).toHaveLength(3);
  });

  it('uses a different pause if configured', async () => {
    chores = Chores.with(new SystemClock(), 10 * MINUTE);
    chores.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(20 * MINUTE);

    expect(chores.steps).toHaveLength(2);
  });

  it('takes step after step, with pauses and the same time, until nothing is left', async () => {
    chores.due.push(true, true, false, true);
    const done = chores.purge();

    await jest.advanceTimersByTimeAsync(49);
    expect(chores.steps).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(chores.steps).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1_000);
    await done;

    expect(chores.steps).toEqual([NOW, NOW, NOW]);
  });

  it('ends between two steps when the process stops, and does not begin again', async () => {
    chores.due.push(...Array.from({ length: 1_000 }, () => true));
    chores.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE + 75);
    expect(chores.steps).toHaveLength(2);

    await chores.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    await chores.purge();

    expect(chores.steps).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('survives a failure, reports it, and tries again in the next run', async () => {
    const away = new Error('away');
    chores.due.push(away);
    chores.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);

    expect(chores.steps).toHaveLength(2);
    expect(chores.failures).toEqual([away]);
  });

  it('can be stopped before it was started', async () => {
    await expect(chores.onModuleDestroy()).resolves.toBeUndefined();
  });
});
