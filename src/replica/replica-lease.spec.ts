import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { SystemClock } from '../common/time/system-clock';
import { ReplicaConfig } from '../config/replica.config';
import { newDataKey } from '../config/data-key-list';
import { Environment } from '../config/environment';
import { StorageConfig } from '../config/storage.config';
import { AddressSigner } from './address-signer';
import { FakeReplicaStore } from './ports/replica.store.fake';
import { ReplicaLease } from './replica-lease';

const CONFIG = new ReplicaConfig(Object.assign(new Environment(), { REPLICA_URL: 'http://10.0.0.7:3000/' }));
const SIGNER = new AddressSigner(new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] }));

let log: RecordingLog;
let store: FakeReplicaStore;
let lease: ReplicaLease;

beforeEach(async () => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  store = new FakeReplicaStore();
  lease = await ReplicaLease.begin(store, CONFIG, new SystemClock(), SIGNER);
  lease.onApplicationBootstrap();
});
afterEach(async () => {
  await lease.onModuleDestroy();
  jest.useRealTimers();
});

/** Freezes the process: time passes, and no code runs. */
function freeze(ms: number): void {
  const now = performance.now() + ms;
  jest.spyOn(performance, 'now').mockReturnValue(now);
}
afterEach(() => {
  jest.restoreAllMocks();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe(ReplicaLease.name, () => {
  it('joins under a new id, with its signed address', async () => {
    const other = await ReplicaLease.begin(store, CONFIG, new SystemClock(), SIGNER);

    expect(store.replicas.map((replica) => SIGNER.isGenuine(replica))).toEqual([true, true]);
    expect(store.replicas).toMatchObject([
      { id: lease.holder, address: 'http://10.0.0.7:3000' },
      { id: other.holder, address: 'http://10.0.0.7:3000' },
    ]);
    expect(lease.holder).not.toBe(other.holder);
  });

  it('is trusted as long as it is renewed', async () => {
    await pass(60_000);

    expect(lease.isValid).toBe(true);
    expect(store.calls.filter((call) => call === 'renew')).toHaveLength(20);
  });

  it('is trusted for eight seconds without a renewal, then not until the next one', async () => {
    store.failures.push(...Array.from({ length: 4 }, () => new Error('away')));
    await pass(7_900);
    expect(lease.isValid).toBe(true);
    expect(() => {
      lease.assertValid();
    }).not.toThrow();
    await pass(200);

    expect(lease.isValid).toBe(false);
    expect(() => {
      lease.assertValid();
    }).toThrow(StorageUnavailableError);
    await pass(8_000);
    expect(lease.isValid).toBe(true);
    expect(log.at('warn')).toHaveLength(4);
  });

  it('is not trusted by a process that was frozen, before any of its code runs', () => {
    freeze(8_001);
    expect(lease.isValid).toBe(false);
  });

  it('is lost when another replica has expired it: listeners are called, and the process gets a new replica id', async () => {
    const before = lease.holder;
    const heldWhenLost: string[] = [];
    lease.onLost(() => heldWhenLost.push(lease.holder));
    store.take(before);
    await pass(3_000);

    expect(heldWhenLost).toEqual([before]);
    expect(lease.holder).not.toBe(before);
    expect(store.replicas.map(({ id }) => id)).toEqual([lease.holder]);
    expect(lease.isValid).toBe(true);
    await pass(30_000);
    expect(heldWhenLost).toHaveLength(1);
  });

  it('is not trusted between the loss and the next join', async () => {
    store.take(lease.holder);
    store.calls.length = 0;
    lease.onLost(() => store.failures.push(new Error('away')));
    await pass(9_000);

    expect(store.calls.slice(0, 2)).toEqual(['renew', 'join']);
    await pass(3_000);
    expect(store.replicas.map(({ id }) => id)).toEqual([lease.holder]);
  });

  it('sets the clock of the process to the time of the database', async () => {
    const clock = new SystemClock();
    store.now = 5_000;
    const other = await ReplicaLease.begin(store, CONFIG, clock, SIGNER);
    expect(clock.now()).toBe(5_000);
    other.onApplicationBootstrap();
    store.now = 60_000;
    await pass(3_000);
    expect(clock.now()).toBe(60_000);
    await other.onModuleDestroy();
  });

  it('leaves the clock alone on an unshared database', async () => {
    const clock = new SystemClock();
    store.isShared = false;
    await ReplicaLease.begin(store, CONFIG, clock, SIGNER);

    expect(clock.now()).toBe(Date.now());
  });

  it('is kept by a process that is about to stop', async () => {
    await lease.retire();
    await pass(30_000);

    expect([...store.leaving]).toEqual([lease.holder]);
    expect(lease.isValid).toBe(true);
  });

  it('ends with `leave`, and is not renewed any more', async () => {
    await lease.leave();
    store.calls.length = 0;
    await pass(10_000);

    expect(store.replicas).toEqual([]);
    expect(store.calls).toEqual([]);
  });

  it('expires no other lease until replicas could renew theirs after an outage', async () => {
    await lease.expireOthers();
    expect(store.calls).toContain('expire');
    store.failures.push(...Array.from({ length: 4 }, () => new Error('away')));
    await pass(15_000);
    store.calls.length = 0;
    await lease.expireOthers();
    expect(store.calls).not.toContain('expire');
    await pass(6_000);
    await lease.expireOthers();

    expect(store.calls).toContain('expire');
  });

  it('never ends on an unshared database', async () => {
    store.isShared = false;
    const alone = await ReplicaLease.begin(store, CONFIG, new SystemClock(), SIGNER);
    freeze(3_600_000);

    expect(alone.isValid).toBe(true);
    await alone.expireOthers();
    expect(store.calls).not.toContain('expire');
  });
});
