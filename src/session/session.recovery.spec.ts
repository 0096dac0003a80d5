import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.error';
import { aSession, anActiveSession, aTerminatingSession } from './domain/session.builder';
import { keyedRequestOf } from './domain/keyed-request';
import { SessionRecovery } from './session.recovery';
import { FakeSessionServices } from './session-services.fake';

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(async () => {
  await services.recovery.onModuleDestroy();
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionRecovery.name, () => {
  it('gives active sessions their heartbeat back, the first beats spread over the next five seconds', async () => {
    const active = Array.from({ length: 20 }, () => anActiveSession());
    services.store.given(...active);

    await services.recovery.onApplicationBootstrap();
    expect(services.heartbeats.running).toBe(20);

    await jest.advanceTimersByTimeAsync(5_000);
    const beats = services.channel.calls.filter(({ operation }) => operation === 'beat');
    expect([...new Set(beats.map(({ conversationId }) => conversationId))].sort()).toEqual(
      active.map(({ conversationId }) => conversationId).sort(),
    );
    expect(new Set(beats.map(({ at }) => at)).size).toBeGreaterThan(10);
  });

  it('spreads the second beats over the whole interval, however closely the first ones came', async () => {
    services.store.given(...Array.from({ length: 60 }, () => anActiveSession()));

    await services.recovery.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(65_000);

    const beats = services.channel.calls.filter(
      ({ operation, at }) => operation === 'beat' && at >= NOW + 35_000,
    );
    const thirds = [35, 45, 55].map(
      (from) => beats.filter(({ at }) => at >= NOW + from * 1000 && at < NOW + (from + 10) * 1000).length,
    );
    expect(Math.min(...thirds)).toBeGreaterThan(5);
  });

  it('closes openings that an earlier process left half done', async () => {
    const connecting = aSession();
    services.store.given(connecting);

    await services.recovery.onApplicationBootstrap();

    expect(services.store.row(connecting.conversationId)).toMatchObject({
      state: 'failed',
      endReason: 'interrupted',
      disconnect: 'pending',
    });
    expect(services.store.slots).toBe(0);
    expect(services.store.events).toEqual([]);
  });

  it('leaves openings with a key for their callers to ask again, with all their time anew', async () => {
    const [keyed, other] = [aSession({ createdAt: NOW - 60_000 }), aSession({ createdAt: NOW - 60_000 })];
    const request = keyedRequestOf({ owner: '', key: 'key-1', asked: {}, openingBy: 'process-0' });
    await services.store.reserve(keyed, { total: 9, ofClient: 9 }, request);
    services.store.given(other);

    await services.recovery.onModuleInit();
    await services.recovery.onApplicationBootstrap();
    services.sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(35_000);

    expect(services.store.row(other.conversationId).state).toBe('failed');
    expect(services.store.row(keyed.conversationId)).toMatchObject({ state: 'connecting', startedAt: NOW });

    await jest.advanceTimersByTimeAsync(1_000);
    expect(services.store.row(keyed.conversationId)).toMatchObject({
      state: 'failed',
      endReason: 'interrupted',
      disconnect: 'confirmed',
    });
    expect(await services.store.keys.find(request, NOW)).toMatchObject({
      answer: { problem: { code: 'session-ended' } },
    });
    await services.sweeper.onModuleDestroy();
  });

  it('keeps no session out because of one that cannot be watched over', async () => {
    const lost = anActiveSession({ channel: 'of-another-release' });
    const active = Array.from({ length: 3 }, () => anActiveSession());
    services.store.given(lost, ...active);

    await services.recovery.onApplicationBootstrap();

    expect(services.heartbeats.running).toBe(3);
    expect(log.at('error')).toHaveLength(1);
  });

  it('leaves what has ended to the sweeper', async () => {
    const terminating = aTerminatingSession();
    services.store.given(terminating);

    await services.recovery.onApplicationBootstrap();

    expect(services.store.row(terminating.conversationId)).toEqual(terminating.snapshot);
    expect(services.heartbeats.running).toBe(0);
  });

  it('counts the slots anew, whatever a crash has left of the count', async () => {
    services.store.given(anActiveSession(), anActiveSession(), aSession());
    services.store.slots = 77;

    await services.recovery.onApplicationBootstrap();

    expect(services.store.slots).toBe(2);
  });

  it('finds every session, over however many pages', async () => {
    services.store.given(...Array.from({ length: 1_201 }, () => anActiveSession()));

    await services.recovery.onApplicationBootstrap();

    expect(services.heartbeats.running).toBe(1_201);
  });

  it('ends the session whose conversation is gone since', async () => {
    const active = anActiveSession();
    services.store.given(active);
    services.channel.onBeat(() => ({ kind: 'gone' }));

    await services.recovery.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5_000);

    expect(services.store.row(active.conversationId)).toMatchObject({
      state: 'disconnected',
      endReason: 'gone',
    });
  });

  it('keeps the start from succeeding while the database is away', async () => {
    services.store.failNext('recountSlots', new StorageUnavailableError());

    await expect(services.recovery.onApplicationBootstrap()).rejects.toBeInstanceOf(StorageUnavailableError);
  });

  it('looks each minute for active sessions without a heartbeat', async () => {
    await services.recovery.onApplicationBootstrap();
    services.store.given(anActiveSession());

    await jest.advanceTimersByTimeAsync(59_000);
    expect(services.heartbeats.running).toBe(0);

    await jest.advanceTimersByTimeAsync(1_000);
    expect(services.heartbeats.running).toBe(1);
  });

  it('goes on looking after the store failed', async () => {
    await services.recovery.onApplicationBootstrap();
    services.store.given(anActiveSession());
    services.store.failNext('walk', new StorageUnavailableError());

    await jest.advanceTimersByTimeAsync(120_000);

    expect(services.heartbeats.running).toBe(1);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('starts no second heartbeat where one runs', async () => {
    services.store.given(anActiveSession());
    await services.recovery.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(180_000);

    expect(services.heartbeats.running).toBe(1);
    expect(services.channel.called('beat').length).toBeLessThanOrEqual(7);
  });
});
