import type { BeatOutcome } from './domain/heartbeat-plan';
import { FakeHeartbeatPlan } from './domain/heartbeat-plan.fake';
import { Heartbeat } from './heartbeat';

const FAILED: BeatOutcome = { kind: 'failed', cause: 'upstream-error' };

const trouble: { message: string; error: unknown }[] = [];
let over = 0;
let ticking: NodeJS.Timeout | undefined;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  trouble.length = 0;
  over = 0;
});
afterEach(() => {
  clearInterval(ticking);
  jest.useRealTimers();
});

/** Starts a heartbeat that ticks each second, the first time after one. */
function start(plan: FakeHeartbeatPlan): Heartbeat {
  const heartbeat = new Heartbeat(plan, 1_000, Date.now, {
    over: () => {
      over += 1;
      clearInterval(ticking);
    },
    trouble: (message, error) => {
      trouble.push({ message, error });
    },
  });
  ticking = setInterval(() => {
    heartbeat.nextDelayMs();
    heartbeat.tick();
  }, 1_000);
  return heartbeat;
}

async function passSeconds(count: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(count * 1_000);
}

function fails(): BeatOutcome {
  return FAILED;
}

function succeeds(): BeatOutcome {
  return { kind: 'ok' };
}

describe(Heartbeat.name, () => {
  it('has a status', async () => {
    const heartbeat = start(new FakeHeartbeatPlan().next(fails, succeeds, fails));
    expect(heartbeat.status).toEqual({ intervalMs: 1_000, consecutiveFailures: 0 });

    await passSeconds(1);
    expect(heartbeat.status).toEqual({ intervalMs: 1_000, consecutiveFailures: 1 });

    await passSeconds(1);
    const lastSuccessAt = Date.now();
    expect(heartbeat.status).toEqual({ intervalMs: 1_000, consecutiveFailures: 0, lastSuccessAt });

    await passSeconds(1);
    expect(heartbeat.status).toEqual({ intervalMs: 1_000, consecutiveFailures: 1, lastSuccessAt });
  });

  it('reports a loss once, after as many consecutive failures as it tolerates', async () => {
    const plan = new FakeHeartbeatPlan('a', fails);
    start(plan);

    await passSeconds(2);
    expect(plan.losses).toEqual([]);

    await passSeconds(1);
    expect(plan.losses).toEqual([{ cause: 'failures' }]);
    expect(over).toBe(1);
    expect(plan.beats).toHaveLength(3);
  });

  it('resets the count of failures with each success', async () => {
    const plan = new FakeHeartbeatPlan().next(fails, fails, succeeds, fails, fails, succeeds, fails, fails);
    start(plan);

    await passSeconds(12);

    expect(plan.losses).toEqual([]);
    expect(plan.beats).toHaveLength(12);
  });

  it('reports at once that the conversation is gone', async () => {
    const plan = new FakeHeartbeatPlan().next(succeeds, () => ({ kind: 'gone' }));
    start(plan);

    await passSeconds(5);

    expect(plan.losses).toEqual([{ cause: 'gone' }]);
    expect(plan.beats).toHaveLength(2);
  });

  it('never overlaps itself: a tick is skipped while the beat before it is in flight', async () => {
    let finish: (() => void) | undefined;
    const plan = new FakeHeartbeatPlan().next(
      () =>
        new Promise((resolve) => {
          finish = () => {
            resolve({ kind: 'ok' });
          };
        }),
    );
    start(plan);

    await passSeconds(5);
    expect(plan.beats).toHaveLength(1);

    finish?.();
    await passSeconds(2);
    expect(plan.beats).toHaveLength(3);
  });

  it('counts a beat that throws as a failure of our own, and reports it', async () => {
    const failure = new TypeError('a bug');
    const plan = new FakeHeartbeatPlan('a', () => {
      throw failure;
    });
    const heartbeat = start(plan);

    await passSeconds(1);
    expect(trouble).toEqual([{ message: expect.any(String) as string, error: failure }]);

    await passSeconds(5);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(plan.losses).toEqual([]);
  });

  it('passes its lateness to a beat', async () => {
    const plan = new FakeHeartbeatPlan();
    const heartbeat = start(plan);
    clearInterval(ticking);
    for (const wait of [1_000, 1_250, 1_000, 900]) {
      await jest.advanceTimersByTimeAsync(wait);
      heartbeat.nextDelayMs();
      heartbeat.tick();
    }

    expect(plan.beats.map(({ latenessMs }) => latenessMs)).toEqual([0, 250, 0, 0]);
  });

  describe('the pace', () => {
    const heartbeatOf = (plan: FakeHeartbeatPlan): Heartbeat =>
      new Heartbeat(plan, 1_000, Date.now, { over: () => undefined, trouble: () => undefined });

    it('is the current pace of the plan, and shown in the status', () => {
      const plan = new FakeHeartbeatPlan();
      const heartbeat = heartbeatOf(plan);

      const delays = [undefined, 4_000, 2_000, undefined].map((paceMs) => {
        plan.paceMs = paceMs;
        return [heartbeat.nextDelayMs(), heartbeat.status.intervalMs];
      });

      expect(delays.map(([delayMs]) => delayMs).slice(0, 1)).toEqual([1_000]);
      expect(delays.slice(1)).toEqual([4_000, 2_000, 1_000].map((ms) => [ms, ms]));
    });

    it('stays while the change is negligible', () => {
      const plan = new FakeHeartbeatPlan();
      const heartbeat = heartbeatOf(plan);
      heartbeat.nextDelayMs();

      const delays = [1_019, 1_021, 1_010, 990].map((paceMs) => {
        plan.paceMs = paceMs;
        return heartbeat.nextDelayMs();
      });

      expect(delays).toEqual([1_000, 1_021, 1_021, 990]);
    });

    it('begins, when first beats are pressed together, with one delay drawn from the whole interval', () => {
      const delays = Array.from({ length: 200 }, () => {
        const plan = new FakeHeartbeatPlan();
        plan.intervalMs = 30_000;
        const heartbeat = heartbeatOf(plan);
        return [heartbeat.nextDelayMs(), heartbeat.nextDelayMs()] as const;
      });

      expect(delays.every(([drawn, later]) => drawn >= 0 && drawn < 30_000 && later === 30_000)).toBe(true);
      expect(Math.max(...delays.map(([drawn]) => drawn))).toBeGreaterThan(15_000);
      expect(Math.min(...delays.map(([drawn]) => drawn))).toBeLessThan(15_000);
    });

    it('is the basis of lateness', async () => {
      const plan = new FakeHeartbeatPlan();
      const heartbeat = heartbeatOf(plan);
      const ticks = [
        { waitMs: 1_000, paceMs: 1_000 },
        { waitMs: 1_000, paceMs: 3_000 },
        { waitMs: 3_000, paceMs: 2_000 },
        { waitMs: 2_500, paceMs: 2_000 },
      ];
      for (const { waitMs, paceMs } of ticks) {
        await jest.advanceTimersByTimeAsync(waitMs);
        plan.paceMs = paceMs;
        heartbeat.nextDelayMs();
        heartbeat.tick();
      }

      expect(plan.beats.map(({ latenessMs }) => latenessMs)).toEqual([0, 0, 0, 500]);
    });
  });

  describe('a postponed beat', () => {
    it('does not count: eight in a row keep the heartbeat running', async () => {
      const plan = new FakeHeartbeatPlan('a', () => ({ kind: 'postponed', cause: 'upstream-throttled' }));
      const heartbeat = start(plan);

      await passSeconds(8);

      expect(plan.beats).toHaveLength(8);
      expect(plan.losses).toEqual([]);
      expect(heartbeat.status.consecutiveFailures).toBe(0);
    });

    it('leaves the count of failures before it as it is', async () => {
      const plan = new FakeHeartbeatPlan('a', fails).next(fails, fails, () => ({
        kind: 'postponed',
        cause: 'no-token',
      }));
      const heartbeat = start(plan);

      await passSeconds(3);
      expect(heartbeat.status.consecutiveFailures).toBe(2);

      await passSeconds(1);
      expect(plan.losses).toEqual([{ cause: 'failures' }]);
    });

    it('skips ticks within the pause that upstream asked for', async () => {
      const plan = new FakeHeartbeatPlan().next(() => ({ kind: 'postponed', cause: 'x', retryAfterMs: 900 }));
      start(plan);

      await passSeconds(2);
      expect(plan.beats).toHaveLength(2);
    });

    it.each([1_001, 3_600_000, Number.POSITIVE_INFINITY])(
      'waits for one interval at most when upstream asks for %d ms',
      async (retryAfterMs) => {
        const plan = new FakeHeartbeatPlan().next(async () => {
          await new Promise((resolve) => setTimeout(resolve, 100));
          return { kind: 'postponed', cause: 'x', retryAfterMs };
        });
        start(plan);

        await passSeconds(2);
        expect(plan.beats).toHaveLength(1);

        await passSeconds(1);
        expect(plan.beats).toHaveLength(2);
      },
    );
  });

  describe('a loss that cannot be reported', () => {
    it('is reported again at each interval until that succeeds, without another beat', async () => {
      const plan = new FakeHeartbeatPlan('a', fails);
      const refuse = (): Promise<void> => Promise.reject(new Error('No database'));
      plan.reports.push(refuse, refuse);
      start(plan);

      await passSeconds(3);
      expect(plan.losses).toEqual([{ cause: 'failures' }]);
      expect(over).toBe(0);

      await passSeconds(5);
      expect(plan.losses).toEqual([{ cause: 'failures' }, { cause: 'failures' }, { cause: 'failures' }]);
      expect(plan.beats).toHaveLength(3);
      expect(trouble).toHaveLength(2);
      expect(over).toBe(1);
    });

    it('is not reported twice at a time', async () => {
      const plan = new FakeHeartbeatPlan().next(() => ({ kind: 'gone' }));
      plan.reports.push(() => new Promise(() => undefined));
      start(plan);

      await passSeconds(5);

      expect(plan.losses).toEqual([{ cause: 'gone' }]);
    });
  });

  it('reports nothing once it is cancelled', async () => {
    const plan = new FakeHeartbeatPlan().next(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { kind: 'gone' };
    });
    const heartbeat = start(plan);
    await passSeconds(1);

    heartbeat.cancel();
    clearInterval(ticking);
    await passSeconds(1);
    await heartbeat.idle;

    expect(plan.losses).toEqual([]);
  });
});
