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

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe(`${HeartbeatService.name}, hurried`, () => {
  it('beats at once, also when the last beat was postponed, and then once per interval', async () => {
    const plan = new FakeHeartbeatPlan().next(() => ({ kind: 'postponed', cause: 'x', retryAfterMs: 900 }));
    heartbeats.start(plan);
    await pass(1_000);
    expect(plan.beats).toHaveLength(1);
    heartbeats.beatNow(plan.name);
    await pass(5);
    expect(plan.beats).toHaveLength(2);

    await pass(2_000);
    expect(plan.beats).toHaveLength(4);
  });

  it('passes on the reason of a gone conversation', async () => {
    const plan = new FakeHeartbeatPlan().next(() => ({ kind: 'gone', reason: 'expired', endCause: '4006' }));
    heartbeats.start(plan);
    heartbeats.beatNow(plan.name);
    await pass(5);

    expect(plan.losses).toEqual([{ cause: 'gone', reason: 'expired', endCause: '4006' }]);
  });

  it('does nothing for an unknown name', () => {
    heartbeats.beatNow('unknown');
    expect(scheduler.getIntervals()).toEqual([]);
  });
});
