import { SchedulerRegistry } from '@nestjs/schedule';
import { RecordingLog } from '../audit/recording-log.fake';
import { RequestContext } from '../common/logging/request-context';
import { SystemClock } from '../common/time/system-clock';
import { FakeHeartbeatPlan } from './domain/heartbeat-plan.fake';
import { HeartbeatService } from './heartbeat.service';

let log: RecordingLog;
let scheduler: SchedulerRegistry;
let heartbeats: HeartbeatService;

beforeEach(() => {
  jest.useFakeTimers();
  // A first beat at the very start would be followed by the second within the first interval.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  log = RecordingLog.install();
  scheduler = new SchedulerRegistry();
  heartbeats = new HeartbeatService(scheduler, new SystemClock());
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Advances the time by the first beat and the given number of further ones. */
async function passIntervals(count: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(count * 1_000);
}

describe(HeartbeatService.name, () => {
  describe('starting', () => {
    it('shows an interval under the name of the plan, from the start over every beat to the stop', async () => {
      heartbeats.start(new FakeHeartbeatPlan('a'));
      heartbeats.start(new FakeHeartbeatPlan('b'));
      expect(scheduler.getIntervals().sort()).toEqual(['a', 'b']);

      await passIntervals(3);
      expect(scheduler.getIntervals().sort()).toEqual(['a', 'b']);

      heartbeats.stop('a');
      expect(scheduler.getIntervals()).toEqual(['b']);
      expect(heartbeats.running).toBe(1);
    });

    it('beats first within the time that the plan allows, and then once per interval', async () => {
      const plan = new FakeHeartbeatPlan();
      heartbeats.start(plan);

      await passIntervals(1);
      expect(plan.beats).toHaveLength(1);

      await passIntervals(4);
      expect(plan.beats).toHaveLength(5);
      const times = plan.beats.map(({ at }) => at);
      expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual([
        1_000, 1_000, 1_000, 1_000,
      ]);
    });

    it('spreads the first beats of plans that start at the same moment', async () => {
      jest.restoreAllMocks();
      const plans = Array.from({ length: 300 }, (_, index) => new FakeHeartbeatPlan(`plan-${index}`));
      for (const plan of plans) heartbeats.start(plan);

      await passIntervals(1);

      const first = plans.map((plan) => plan.beats.map(({ at }) => at).slice(0, 1));
      expect(first.every((times) => times.length >= 1)).toBe(true);
      expect(new Set(first.flat()).size).toBeGreaterThan(150);
    });

    it('does nothing the second time', async () => {
      const [first, second] = [new FakeHeartbeatPlan('same'), new FakeHeartbeatPlan('same')];
      heartbeats.start(first);
      heartbeats.start(second);

      await passIntervals(2);

      expect(heartbeats.running).toBe(1);
      expect(first.beats).toHaveLength(2);
      expect(second.beats).toHaveLength(0);
    });

    it('runs outside of any request, also when a request started it', async () => {
      const requestIds: unknown[] = [];
      const plan = new FakeHeartbeatPlan('a', () => {
        requestIds.push(RequestContext.requestId);
        return { kind: 'ok' };
      });

      RequestContext.run('request-1', () => {
        heartbeats.start(plan);
      });
      await passIntervals(2);

      expect(requestIds).toEqual([undefined, undefined]);
    });

    it('sends each beat in a new trace', async () => {
      const traceIds: unknown[] = [];
      const plan = new FakeHeartbeatPlan('a', () => {
        traceIds.push(RequestContext.traceId);
        return { kind: 'ok' };
      });

      RequestContext.run('request-1', () => {
        traceIds.push(RequestContext.traceId);
        heartbeats.start(plan);
      });
      await passIntervals(2);

      expect(traceIds).toEqual(
        Array.from({ length: 3 }, (): unknown => expect.stringMatching(/^[0-9a-f]{32}$/)),
      );
      expect(new Set(traceIds).size).toBe(3);
    });
  });

  describe('stopping', () => {
    it('sends no further beat, neither before the first one nor later', async () => {
      const [early, late] = [new FakeHeartbeatPlan('early'), new FakeHeartbeatPlan('late')];
      heartbeats.start(early);
      heartbeats.start(late);
      heartbeats.stop('early');
      await passIntervals(1);
      heartbeats.stop('late');

      await passIntervals(5);

      expect(early.beats).toHaveLength(0);
      expect(late.beats).toHaveLength(1);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('aborts the beat in flight, and its failure reports no loss', async () => {
      const plan = new FakeHeartbeatPlan('a').next(
        (signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              resolve({ kind: 'gone' });
            });
          }),
      );
      heartbeats.start(plan);
      await passIntervals(1);

      heartbeats.stop('a');
      await passIntervals(2);

      expect(plan.beats[0]?.signal.aborted).toBe(true);
      expect(plan.losses).toEqual([]);
    });

    it('does nothing for a name that does not run', () => {
      heartbeats.stop('unknown');

      expect(heartbeats.running).toBe(0);
      expect(heartbeats.status('unknown')).toBeUndefined();
    });

    it('lets the same name start again', async () => {
      heartbeats.start(new FakeHeartbeatPlan('a'));
      heartbeats.stop('a');
      const again = new FakeHeartbeatPlan('a');
      heartbeats.start(again);

      await passIntervals(1);

      expect(again.beats).toHaveLength(1);
    });
  });

  describe('losing', () => {
    it('leaves no timer once the loss is reported', async () => {
      const plan = new FakeHeartbeatPlan('a').next(() => ({ kind: 'gone' }));
      heartbeats.start(plan);

      await passIntervals(4);

      expect(plan.losses).toEqual([{ cause: 'gone' }]);
      expect(plan.beats).toHaveLength(1);
      expect(scheduler.getIntervals()).toEqual([]);
      expect(heartbeats.running).toBe(0);
    });

    it('lets the handler of the loss stop the heartbeat itself', async () => {
      const plan = new FakeHeartbeatPlan('a').next(() => ({ kind: 'gone' }));
      plan.reports.push(() => {
        heartbeats.stop('a');
        return Promise.resolve();
      });
      heartbeats.start(plan);

      await passIntervals(2);

      expect(plan.losses).toEqual([{ cause: 'gone' }]);
      expect(log.at('error')).toEqual([]);
    });

    it('logs failures, with the name of the conversation', async () => {
      const failure = new Error('No database');
      const plan = new FakeHeartbeatPlan('a').next(() => ({ kind: 'gone' }));
      plan.reports.push(() => Promise.reject(failure));
      heartbeats.start(plan);

      await passIntervals(1);

      expect(log.at('error')).toEqual([
        expect.objectContaining({
          conversationId: 'a',
          error: failure,
          message: expect.any(String) as string,
        }),
      ]);
    });
  });

  describe('when the process stops', () => {
    it('waits for the beats in flight, but not for those that hang', async () => {
      let finish: (() => void) | undefined;
      const slow = new FakeHeartbeatPlan('slow').next(
        () =>
          new Promise((resolve) => {
            finish = () => {
              resolve({ kind: 'ok' });
            };
          }),
      );
      heartbeats.start(slow);
      heartbeats.start(new FakeHeartbeatPlan('idle'));
      await passIntervals(1);
      let isOver = false;
      const over = heartbeats.onModuleDestroy().then(() => (isOver = true));

      await jest.advanceTimersByTimeAsync(500);
      expect(isOver).toBe(false);
      finish?.();
      await over;

      expect(slow.beats[0]?.signal.aborted).toBe(true);
      expect(scheduler.getIntervals()).toEqual([]);
      expect(heartbeats.running).toBe(0);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('aborts a beat that hangs after two seconds', async () => {
      const plan = new FakeHeartbeatPlan('a', never);
      heartbeats.start(plan);
      await passIntervals(1);

      const over = heartbeats.onModuleDestroy();
      await jest.advanceTimersByTimeAsync(1_999);
      expect(plan.beats[0]?.signal.aborted).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await over;

      expect(plan.beats[0]?.signal.aborted).toBe(true);
    });

    it('is over at once when nothing is in flight, and stays over', async () => {
      const plan = new FakeHeartbeatPlan('a');
      heartbeats.start(plan);

      await heartbeats.onModuleDestroy();
      await passIntervals(3);

      expect(plan.beats).toHaveLength(0);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('lets a beat in flight end its session, and so stop its heartbeat', async () => {
      let finish: (() => void) | undefined;
      const plan = new FakeHeartbeatPlan('a').next(
        () =>
          new Promise((resolve) => {
            finish = () => {
              resolve({ kind: 'gone' });
            };
          }),
      );
      plan.reports.push(() => {
        heartbeats.stop('a');
        return Promise.resolve();
      });
      heartbeats.start(plan);
      await passIntervals(1);

      const over = heartbeats.onModuleDestroy();
      finish?.();
      await over;

      expect(plan.losses).toEqual([{ cause: 'gone' }]);
      expect(log.at('error')).toEqual([]);
    });
  });
});
