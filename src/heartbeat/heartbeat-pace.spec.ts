import { SchedulerRegistry } from '@nestjs/schedule';
import { SystemClock } from '../common/time/system-clock';
import { FakeHeartbeatPlan } from './domain/heartbeat-plan.fake';
import { HeartbeatService } from './heartbeat.service';

let scheduler: SchedulerRegistry;
let heartbeats: HeartbeatService;

beforeEach(() => {
  jest.useFakeTimers();
  scheduler = new SchedulerRegistry();
  heartbeats = new HeartbeatService(scheduler, new SystemClock());
});
afterEach(async () => {
  await heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

async function passIntervals(count: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(count * 1_000);
}

describe(`${HeartbeatService.name} when the pace changes`, () => {
  /** The timer behind the interval of the plan. */
  const timer = (): unknown => scheduler.getInterval('a');

  it('keeps the same interval while the pace stays', async () => {
    const plan = new FakeHeartbeatPlan('a');
    heartbeats.start(plan);
    await passIntervals(1);
    const interval = timer();

    plan.paceMs = 1_015;
    await passIntervals(5);

    expect(timer()).toBe(interval);
    expect(plan.beats).toHaveLength(6);
  });

  it('makes up soon for a beat without budget on our side, also at its own pace', async () => {
    const plan = new FakeHeartbeatPlan('a').next(() => ({
      kind: 'postponed',
      cause: 'overload',
      retryAfterMs: 1_000,
      isHeldBack: true,
    }));
    plan.intervalMs = 60_000;
    heartbeats.start(plan);
    await jest.advanceTimersByTimeAsync(3_000);

    expect(plan.beats).toHaveLength(2);
  });

  it('makes up for a beat that was postponed while the pace is slow, long before the next interval', async () => {
    const plan = new FakeHeartbeatPlan('a').next(
      () => ({ kind: 'ok' }),
      () => ({ kind: 'postponed', cause: 'throttled', retryAfterMs: 100 }),
    );
    plan.paceMs = 60_000;
    heartbeats.start(plan);
    while (plan.beats.length < 2) await jest.advanceTimersByTimeAsync(100);

    await passIntervals(2);
    expect(plan.beats).toHaveLength(3);
    expect(scheduler.getIntervals()).toEqual(['a']);

    await passIntervals(50);
    expect(plan.beats).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('replaces the interval with the next beat, under the same name, and back again', async () => {
    const plan = new FakeHeartbeatPlan('a');
    heartbeats.start(plan);
    await passIntervals(2);
    const interval = timer();

    plan.paceMs = 4_000;
    expect(timer()).toBe(interval);
    await passIntervals(1);
    expect(timer()).not.toBe(interval);
    expect(scheduler.getIntervals()).toEqual(['a']);
    expect(heartbeats.status('a')).toMatchObject({ intervalMs: 4_000 });

    plan.paceMs = undefined;
    await passIntervals(12);
    const times = plan.beats.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([1_000, 1_000, 4_000, 1_000]);
    expect(scheduler.getIntervals()).toEqual(['a']);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('makes no beat late', async () => {
    const plan = new FakeHeartbeatPlan('a');
    heartbeats.start(plan);
    for (const paceMs of [1_000, 3_000, 3_030, 2_000, 1_990, 500]) {
      plan.paceMs = paceMs;
      await passIntervals(7);
    }

    // Timers count in whole milliseconds.
    expect(Math.max(...plan.beats.map(({ latenessMs }) => latenessMs))).toBeLessThanOrEqual(1);
  });

  it('leaves no timer when the heartbeat stops after it', async () => {
    const plan = new FakeHeartbeatPlan('a');
    heartbeats.start(plan);
    await passIntervals(1);
    plan.paceMs = 4_000;
    await passIntervals(1);

    heartbeats.stop('a');
    await passIntervals(10);

    expect(plan.beats).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it("returns the plans' own intervals by group, whatever their current pace", () => {
    const planOf = (name: string, group: string, intervalMs: number): FakeHeartbeatPlan =>
      Object.assign(new FakeHeartbeatPlan(name), { group, intervalMs, paceMs: 120_000 });
    heartbeats.start(planOf('1', 'a', 1_000));
    heartbeats.start(planOf('2', 'a', 30_000));
    heartbeats.start(planOf('3', 'a', 30_000));
    heartbeats.start(planOf('4', 'b', 30_000));
    heartbeats.start(planOf('5', 'c', 30_000));
    heartbeats.stop('5');

    const demand = [...heartbeats.demandByGroup()].map(([group, intervals]) => [group, [...intervals]]);
    expect(demand).toEqual([
      [
        'a',
        [
          [1_000, 1],
          [30_000, 2],
        ],
      ],
      ['b', [[30_000, 1]]],
    ]);
  });
});
