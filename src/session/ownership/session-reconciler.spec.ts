import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { FakeLease } from '../../replica/ports/lease.fake';
import { aSession, anActiveSession } from '../domain/session.builder';
import { SessionReconciler } from './session-reconciler';
import { FakeSessionServices } from '../session-services.fake';

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(async () => {
  await services.rebalancer.onModuleDestroy();
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionReconciler.name, () => {
  it('recounts the slots at the start, because a crash may leave a wrong count', async () => {
    services.store.given(anActiveSession(), anActiveSession(), aSession());
    services.store.slots = 77;
    await services.reconciler.onModuleInit();

    expect(services.store.slots).toBe(3);
  });

  it('keeps the start from succeeding while the database is away', async () => {
    services.store.failNext('recountSlots', new StorageUnavailableError());

    await expect(services.reconciler.onModuleInit()).rejects.toBeInstanceOf(StorageUnavailableError);
  });

  it('checks each minute for active sessions of its own without a heartbeat', async () => {
    await services.rebalancer.onApplicationBootstrap();
    services.store.given(anActiveSession(), anActiveSession({ holder: 'there' }));

    await jest.advanceTimersByTimeAsync(59_000);
    expect(services.heartbeats.running).toBe(0);

    await jest.advanceTimersByTimeAsync(1_000);
    expect(services.heartbeats.running).toBe(1);
  });

  it('runs once soon after a storage failure, and not while the lease is in doubt', async () => {
    const lease = Object.assign(new FakeLease(), { isShared: true, lookEveryMs: 300 });
    services = new FakeSessionServices({}, lease);
    services.replicas.replicas.push({ id: 'here', address: '', signature: '' });
    await services.rebalancer.onApplicationBootstrap();
    services.store.given(anActiveSession());
    lease.isValid = false;
    services.storageFailures.count += 1;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(services.heartbeats.running).toBe(0);

    lease.isValid = true;
    await jest.advanceTimersByTimeAsync(300);
    expect(services.heartbeats.running).toBe(1);
    services.store.given(anActiveSession());
    await jest.advanceTimersByTimeAsync(30_000);
    expect(services.heartbeats.running).toBe(1);
  });

  it('finds every session, over however many pages', async () => {
    await services.rebalancer.onApplicationBootstrap();
    services.store.given(...Array.from({ length: 1_201 }, () => anActiveSession()));
    await jest.advanceTimersByTimeAsync(60_000);
    // Finishes work in flight.
    await services.rebalancer.onModuleDestroy();

    expect(services.heartbeats.running).toBe(1_201);
  });

  it('continues after a store failure', async () => {
    await services.rebalancer.onApplicationBootstrap();
    services.store.given(anActiveSession());
    services.store.failNext('walk', new StorageUnavailableError());
    await jest.advanceTimersByTimeAsync(120_000);

    expect(services.heartbeats.running).toBe(1);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('starts no second heartbeat where one runs', async () => {
    await services.rebalancer.onApplicationBootstrap();
    services.store.given(anActiveSession());
    await jest.advanceTimersByTimeAsync(180_000);

    expect(services.heartbeats.running).toBe(1);
    expect(services.channel.called('beat').length).toBeLessThanOrEqual(7);
  });
});
