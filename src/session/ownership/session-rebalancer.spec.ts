import { RecordingLog } from '../../audit/recording-log.fake';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { FakeLease } from '../../replica/ports/lease.fake';
import { aSession, anActiveSession, aTerminatingSession } from '../domain/session.builder';
import type { Session } from '../domain/session';
import { SessionChangedError } from '../domain/session.errors';
import { keyedRequestOf } from '../domain/idempotent-request';
import { SessionRebalancer } from './session-rebalancer';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;
const ORPHAN = { holder: '' };

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(async () => {
  await services.rebalancer.onModuleDestroy();
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionRebalancer.name, () => {
  it('gives active sessions their heartbeat back, the first beats spread over the next second', async () => {
    const active = Array.from({ length: 20 }, () => anActiveSession(ORPHAN));
    services.store.given(...active);

    await services.rebalancer.takeOverAtStart();
    expect(services.heartbeats.running).toBe(20);

    await jest.advanceTimersByTimeAsync(5_000);
    const beats = services.channel.calls.filter(({ operation }) => operation === 'beat');
    expect([...new Set(beats.map(({ conversationId }) => conversationId))].sort()).toEqual(
      active.map(({ conversationId }) => conversationId).sort(),
    );
    expect(new Set(beats.map(({ at }) => at)).size).toBeGreaterThan(10);
  });

  it('spreads the second beats over the whole interval after a burst of first ones', async () => {
    services.store.given(...Array.from({ length: 60 }, () => anActiveSession(ORPHAN)));

    await services.rebalancer.takeOverAtStart();
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
    const connecting = aSession(ORPHAN);
    services.store.given(connecting);

    await services.rebalancer.takeOverAtStart();

    expect(services.store.row(connecting.conversationId)).toMatchObject({
      state: 'failed',
      endReason: 'interrupted',
      disconnect: 'pending',
    });
    expect(services.store.slots).toBe(0);
    expect(services.store.events).toEqual([]);
  });

  it('leaves openings with a key for a retry of their callers, with a new deadline', async () => {
    const [keyed, other] = [
      aSession({ ...ORPHAN, createdAt: NOW - 60_000 }),
      aSession({ ...ORPHAN, createdAt: NOW - 60_000 }),
    ];
    const request = keyedRequestOf({ owner: '', key: 'key-1', asked: {}, openingBy: 'process-0' });
    await services.store.reserve(keyed, { total: 9, ofClient: 9 }, request);
    services.store.given(other);

    await services.rebalancer.takeOverAtStart();
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
    expect(await services.store.keys.find(request)).toMatchObject({
      answer: { problem: { code: 'session-ended' } },
    });
    await services.sweeper.onModuleDestroy();
  });

  it('keeps no session out because of one that cannot be watched over', async () => {
    const lost = anActiveSession({ ...ORPHAN, channel: 'of-another-release' });
    const active = Array.from({ length: 3 }, () => anActiveSession(ORPHAN));
    services.store.given(lost, ...active);

    await services.rebalancer.takeOverAtStart();

    expect(services.heartbeats.running).toBe(3);
    expect(log.at('error')).toHaveLength(1);
  });

  it('leaves what has ended to the sweeper', async () => {
    const terminating = aTerminatingSession(ORPHAN);
    services.store.given(terminating);

    await services.rebalancer.takeOverAtStart();

    expect(services.store.row(terminating.conversationId)).toEqual({
      ...terminating.snapshot,
      holder: 'here',
    });
    expect(services.heartbeats.running).toBe(0);
  });

  it('finds every session, over however many pages', async () => {
    services.store.given(...Array.from({ length: 1_201 }, () => anActiveSession(ORPHAN)));

    await services.rebalancer.takeOverAtStart();

    expect(services.heartbeats.running).toBe(1_201);
  });

  it('claims its share before the first heartbeat, and starts those of its claims when a later claim fails', async () => {
    services.store.given(...Array.from({ length: 1_201 }, () => anActiveSession(ORPHAN)));
    const claim = services.holders.claim.bind(services.holders);
    const runningAtClaim: number[] = [];
    jest.spyOn(services.holders, 'claim').mockImplementation((holder, limit) => {
      runningAtClaim.push(services.heartbeats.running);
      return runningAtClaim.length === 3
        ? Promise.reject(new StorageUnavailableError())
        : claim(holder, limit);
    });

    await expect(services.rebalancer.takeOverAtStart()).rejects.toThrow(StorageUnavailableError);

    expect(runningAtClaim).toEqual([0, 0, 0]);
    expect(services.heartbeats.running).toBe(1_000);
  });

  it('ends a session when its conversation is gone since', async () => {
    const active = anActiveSession(ORPHAN);
    services.store.given(active);
    services.channel.onBeat(() => ({ kind: 'gone' }));

    await services.rebalancer.takeOverAtStart();
    await jest.advanceTimersByTimeAsync(5_000);

    expect(services.store.row(active.conversationId)).toMatchObject({
      state: 'disconnected',
      endReason: 'gone',
    });
  });

  it('keeps the start from succeeding while the database is away', async () => {
    jest.spyOn(services.holders, 'claim').mockRejectedValueOnce(new StorageUnavailableError());

    await expect(services.rebalancer.takeOverAtStart()).rejects.toBeInstanceOf(StorageUnavailableError);
  });

  describe('among several replicas', () => {
    beforeEach(() => {
      const lease = Object.assign(new FakeLease(), { isShared: true, lookEveryMs: 300 });
      services = new FakeSessionServices({}, lease);
      for (const id of ['here', 'there']) services.replicas.replicas.push({ id, address: '', signature: '' });
    });

    async function begin(): Promise<void> {
      await services.rebalancer.onApplicationBootstrap();
    }

    it('claims its share of the sessions without a holder, and leaves the rest to the others', async () => {
      services.store.given(...Array.from({ length: 200 }, () => anActiveSession(ORPHAN)));
      await services.rebalancer.takeOverAtStart();

      expect(services.heartbeats.running).toBeGreaterThanOrEqual(100);
      expect(services.heartbeats.running).toBeLessThanOrEqual(110);
    });

    it('claims sessions that are left when every replica has its share', async () => {
      services.store.given(...Array.from({ length: 100 }, () => anActiveSession({ holder: 'there' })));
      await begin();
      services.store.given(...Array.from({ length: 20 }, () => aTerminatingSession(ORPHAN)));
      await jest.advanceTimersByTimeAsync(5_000);

      expect(services.store.moveHeld('', 'x', 100)).toEqual([]);
    });

    it('gives back what is more than its share, a replica that joins takes it', async () => {
      services.replicas.take('there');
      services.store.given(...Array.from({ length: 100 }, () => anActiveSession(ORPHAN)));
      await begin();
      expect(services.heartbeats.running).toBe(100);
      services.replicas.replicas.push({ id: 'there', address: '', signature: '' });
      services.holders.claim = (): Promise<Session[]> => Promise.resolve([]);
      await jest.advanceTimersByTimeAsync(300);

      expect(services.heartbeats.running).toBe(50);
      expect(services.store.moveHeld('', 'there', 100)).toHaveLength(50);
    });

    it('gives everything back when it is about to stop, and takes nothing any more', async () => {
      services.store.given(...Array.from({ length: 250 }, () => anActiveSession({ holder: 'here' })));
      await begin();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(services.heartbeats.running).toBeGreaterThan(100);
      services.replicas.leaving.add('here');
      await jest.advanceTimersByTimeAsync(300);

      expect(services.heartbeats.running).toBe(0);
      expect(services.store.moveHeld('', 'there', 1_000)).toHaveLength(250);
      services.store.given(anActiveSession(ORPHAN));
      await jest.advanceTimersByTimeAsync(3_000);
      expect(services.heartbeats.running).toBe(0);
    });

    it('counts on those that stay', async () => {
      services.replicas.leaving.add('there');
      services.store.given(...Array.from({ length: 100 }, () => anActiveSession(ORPHAN)));
      await begin();

      expect(services.heartbeats.running).toBe(100);
    });

    it('keeps its sessions when all replicas are about to stop', async () => {
      services.store.given(...Array.from({ length: 20 }, () => anActiveSession(ORPHAN)));
      await begin();
      services.replicas.leaving.add('here').add('there');
      await jest.advanceTimersByTimeAsync(3_000);

      expect(services.heartbeats.running).toBeGreaterThan(0);
    });

    it('keeps a session as long as a request needs it here', async () => {
      const [busy, idle] = [anActiveSession(ORPHAN), anActiveSession(ORPHAN)];
      services.store.given(busy, idle);
      await begin();
      const over = services.pinned.pin(busy.conversationId);
      const alsoOver = services.pinned.pin(busy.conversationId);
      services.replicas.leaving.add('here');
      over();
      await jest.advanceTimersByTimeAsync(3_000);
      expect(services.heartbeats.names).toEqual([busy.conversationId]);

      alsoOver();
      await jest.advanceTimersByTimeAsync(300);
      expect(services.heartbeats.names).toEqual([]);
    });

    it('recovers no session during its release', async () => {
      services.store.given(...Array.from({ length: 20 }, () => anActiveSession(ORPHAN)));
      await begin();
      const release = services.holders.release.bind(services.holders);
      jest.spyOn(services.holders, 'release').mockImplementation(async (holder, ids) => {
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        return release(holder, ids);
      });
      services.replicas.leaving.add('here');
      services.storageFailures.count += 1;
      await jest.advanceTimersByTimeAsync(4_000);
      expect(services.heartbeats.running).toBe(0);
      await jest.advanceTimersByTimeAsync(2_000);

      expect(services.heartbeats.running).toBe(0);
      expect(services.store.moveHeld('', 'there', 100)).toHaveLength(20);
    });

    it('leaves the rest of a claim alone when the lease is lost in the middle of it', async () => {
      await begin();
      services.store.given(...Array.from({ length: 5 }, () => anActiveSession(ORPHAN)));
      const recover = services.recovery.recover.bind(services.recovery);
      jest.spyOn(services.recovery, 'recover').mockImplementationOnce(async (session) => {
        const outcome = await recover(session);
        services.lease.lose('here again');
        return outcome;
      });
      await jest.advanceTimersByTimeAsync(300);

      expect(services.heartbeats.running).toBe(0);
    });

    it('drops all sessions when the lease is lost, and changes nothing in the store', async () => {
      services.store.given(...Array.from({ length: 10 }, () => anActiveSession(ORPHAN)));
      await begin();
      services.lease.lose('here again');

      expect(services.heartbeats.running).toBe(0);
      expect(services.store.moveHeld('here', 'there', 100)).toHaveLength(10);
    });

    it('takes nothing while its lease is in doubt', async () => {
      await begin();
      services.lease.isValid = false;
      services.store.given(anActiveSession(ORPHAN));
      await jest.advanceTimersByTimeAsync(2_000);
      expect(services.heartbeats.running).toBe(0);

      services.lease.isValid = true;
      await jest.advanceTimersByTimeAsync(300);
      expect(services.heartbeats.running).toBe(1);
    });

    it('continues after a database failure', async () => {
      await begin();
      jest.spyOn(services.holders, 'claim').mockRejectedValueOnce(new StorageUnavailableError());
      services.store.given(anActiveSession(ORPHAN));
      await jest.advanceTimersByTimeAsync(600);

      expect(services.heartbeats.running).toBe(1);
      expect(log.at('warn')).toHaveLength(1);
    });
  });

  it('starts, and takes over the others, when one session is refused', async () => {
    const openings = Array.from({ length: 3 }, () => aSession(ORPHAN));
    const active = anActiveSession(ORPHAN);
    services.store.given(...openings, active);
    services.store.failNext('save', new DataRefusedError('23514'));

    await services.rebalancer.takeOverAtStart();

    expect(openings.map(({ conversationId }) => services.store.row(conversationId).state).sort()).toEqual([
      'connecting',
      'failed',
      'failed',
    ]);
    expect(services.heartbeats.running).toBe(1);
    expect(await services.metrics.sample('poison_messages_total{queue="sessions"}')).toBe(1);
    expect(log.at('error')).toHaveLength(1);
  });

  it('leaves a session that keeps changing to the sweeper, as no poison message', async () => {
    const [opening, active] = [aSession(ORPHAN), anActiveSession(ORPHAN)];
    services.store.given(opening, active);
    services.store.failNext('save', ...Array.from({ length: 20 }, () => new SessionChangedError()));

    await services.rebalancer.takeOverAtStart();

    expect(services.store.row(opening.conversationId).state).toBe('connecting');
    expect(services.heartbeats.running).toBe(1);
    expect(await services.metrics.sample('poison_messages_total{queue="sessions"}')).toBe(0);
    expect([log.at('warn').length, log.at('error')]).toEqual([1, []]);
  });
});
