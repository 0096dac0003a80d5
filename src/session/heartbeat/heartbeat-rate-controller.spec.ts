import { SchedulerRegistry } from '@nestjs/schedule';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import { FakeHeartbeatPlan } from '../../heartbeat/domain/heartbeat-plan.fake';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { FakeLease } from '../../replica/ports/lease.fake';
import { aClient, FakeUpstreamCapacity } from '../ports/upstream-capacity.fake';
import { FakeSessionStore } from '../ports/session.store.fake';
import { ReplicaBudgetShare } from './replica-budget-share';
import { HeartbeatRateController } from './heartbeat-rate-controller';

/** Ten beats in thirty seconds. */
const TEN_SESSIONS = 10 / 30_000;

let capacity: FakeUpstreamCapacity;
let heartbeats: HeartbeatService;
let lease: FakeLease;
let store: FakeSessionStore;
let rateController: HeartbeatRateController;
let started = 0;

beforeEach(() => {
  jest.useFakeTimers();
  const clock = new SystemClock();
  capacity = new FakeUpstreamCapacity();
  capacity.clients = [aClient('a', { beatsPerMs: TEN_SESSIONS }), aClient('b', { beatsPerMs: TEN_SESSIONS })];
  heartbeats = new HeartbeatService(new SchedulerRegistry(), clock);
  lease = new FakeLease();
  store = new FakeSessionStore();
  const share = new ReplicaBudgetShare(lease, store, capacity);
  rateController = new HeartbeatRateController(
    capacity,
    heartbeats,
    new HeartbeatConfig(new Environment()),
    share,
  );
});
afterEach(async () => {
  await heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

/** Sessions of a client that beat every thirty seconds if they may. */
function start(group: string, count: number): void {
  for (let made = 0; made < count; made += 1) {
    started += 1;
    const plan = new FakeHeartbeatPlan(`session-${started}`);
    heartbeats.start(Object.assign(plan, { group, intervalMs: 30_000 }));
  }
}

describe(HeartbeatRateController.name, () => {
  it('is the own one of a session while all beats fit', () => {
    start('a', 10);

    expect(rateController.factorOf('a')).toBe(1);
    expect(rateController.intervalMs(30_000, 'a')).toBe(30_000);
  });

  it('is stretched for each client by what that client carries', () => {
    start('a', 20);
    start('b', 15);

    expect(rateController.intervalMs(30_000, 'a')).toBeCloseTo(60_000, -1);
    expect(rateController.intervalMs(30_000, 'b')).toBeCloseTo(45_000, -1);
  });

  it('is stretched to the most that the settings allow, and never below the own interval', () => {
    start('a', 1_000);

    expect(rateController.intervalMs(30_000, 'a')).toBe(120_000);
    expect(rateController.intervalMs(300_000, 'a')).toBe(300_000);
  });

  it('leaves to other replicas what their sessions of a client need', async () => {
    lease.isShared = true;
    store.countLiveByClient = () => Promise.resolve(new Map([['a', 20]]));
    start('a', 5);
    rateController.factorOf('a');
    await jest.advanceTimersByTimeAsync(1_000);

    expect(rateController.factorOf('a')).toBeCloseTo(2, 2);
  });

  it('is computed at most once a second, and again after that', async () => {
    start('a', 10);
    expect(rateController.factorOf('a')).toBe(1);

    start('a', 10);
    await jest.advanceTimersByTimeAsync(999);
    expect(rateController.factorOf('a')).toBe(1);

    await jest.advanceTimersByTimeAsync(1);
    expect(rateController.factorOf('a')).toBeCloseTo(2, 2);
  });

  it('follows what the platform allows', async () => {
    start('a', 10);
    expect(rateController.factorOf('a')).toBe(1);

    capacity.clients = [aClient('a', { beatsPerMs: TEN_SESSIONS / 2 })];
    await jest.advanceTimersByTimeAsync(1_000);
    expect(rateController.factorOf('a')).toBeCloseTo(2, 2);

    capacity.clients = [aClient('a', { beatsPerMs: TEN_SESSIONS })];
    await jest.advanceTimersByTimeAsync(1_000);
    expect(rateController.factorOf('a')).toBe(1);
  });
});
