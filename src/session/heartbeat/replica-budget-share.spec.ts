import { RecordingLog } from '../../audit/recording-log.fake';
import { FakeLease } from '../../replica/ports/lease.fake';
import { aClient, FakeUpstreamCapacity } from '../ports/upstream-capacity.fake';
import { FakeSessionStore } from '../ports/session.store.fake';
import { ReplicaBudgetShare } from './replica-budget-share';

let lease: FakeLease;
let live: Map<string, number>;
let isDown: boolean;
let share: ReplicaBudgetShare;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  lease = Object.assign(new FakeLease(), { isShared: true });
  live = new Map([
    ['', 5_000],
    ['a', 300],
    ['removed', 100],
  ]);
  isDown = false;
  const store = new FakeSessionStore();
  store.countLiveByClient = () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(live));
  const capacity = new FakeUpstreamCapacity();
  capacity.clients = [aClient('a'), aClient('b')];
  share = new ReplicaBudgetShare(lease, store, capacity);
});
afterEach(() => {
  jest.useRealTimers();
});

async function counted(client: string, here: number): Promise<number> {
  share.of(client, here);
  await jest.advanceTimersByTimeAsync(0);
  return share.of(client, here);
}

describe(ReplicaBudgetShare.name, () => {
  it('is what the sessions here are of all that the client has, with those of a client that is gone', async () => {
    expect(await counted('a', 100)).toBe(0.25);
  });

  it('is 1 for the only replica, and before the first count', async () => {
    expect(share.of('a', 100)).toBe(1);
    lease.isShared = false;
    expect(await counted('a', 100)).toBe(1);
  });

  it('is never more than all of it', async () => {
    expect(await counted('b', 10)).toBe(1);
    expect(await counted('a', 500)).toBe(1);
  });

  it('follows the counts, and keeps the last one while counting fails', async () => {
    await counted('a', 100);
    live = new Map([['a', 200]]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await counted('a', 100)).toBe(0.5);
    isDown = true;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await counted('a', 100)).toBe(0.5);
  });
});
