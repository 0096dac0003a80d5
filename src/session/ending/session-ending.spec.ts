import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamServerError } from '../../common/errors/upstream.errors';
import { FakeHeartbeatPlan } from '../../heartbeat/domain/heartbeat-plan.fake';
import type { EndReason } from '../domain/session-state';
import type { Session } from '../domain/session';
import { aSession, anActiveSession } from '../domain/session.builder';
import { SessionNotFoundError } from '../domain/session.errors';
import { SessionEnding } from './session-ending';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A stored session with a running heartbeat. */
function givenActive(): Session {
  const session = anActiveSession();
  services.store.given(session);
  services.heartbeats.start(new FakeHeartbeatPlan(session.conversationId));
  return session;
}

function told(): string[] {
  return services.store.events.map(({ state }) => state);
}

describe(SessionEnding.name, () => {
  it.each<EndReason>(['requested', 'duration-limit', 'shutdown'])(
    'ends by %s: heartbeat stopped, slot free, upstream disconnected, event terminated queued',
    async (reason) => {
      const { conversationId } = givenActive();

      const session = await services.ending.end(conversationId, reason);

      expect(session.snapshot).toEqual(services.store.row(conversationId));
      expect(session.snapshot).toMatchObject({
        state: 'terminated',
        endReason: reason,
        disconnect: 'confirmed',
      });
      expect(services.heartbeats.running).toBe(0);
      expect(services.store.slots).toBe(0);
      expect(services.channel.called('disconnect')).toEqual([conversationId]);
      expect(told()).toEqual(['terminated']);
      const wanted = reason === 'requested' ? ['SESSION_END_REQUESTED'] : [];
      expect(services.store.audit.map(({ action }) => action)).toEqual([...wanted, 'SESSION_TERMINATED']);
      expect(await services.metrics.sample(`terminations_total{reason="${reason}"}`)).toBe(1);
    },
  );

  it('frees the slot and stops the heartbeat before the upstream has answered', async () => {
    const { conversationId } = givenActive();
    let slotsMeanwhile: number | undefined;
    services.channel.onDisconnect(() => {
      slotsMeanwhile = services.store.slots + services.heartbeats.running;
      return 'confirmed';
    });

    await services.ending.end(conversationId, 'requested');

    expect(slotsMeanwhile).toBe(0);
  });

  it('resolves with a session that is still terminating when the first attempt fails', async () => {
    const { conversationId } = givenActive();
    services.channel.onDisconnect(() => {
      throw new UpstreamServerError(500);
    });

    const session = await services.ending.end(conversationId, 'requested');

    expect(session.snapshot).toMatchObject({
      state: 'terminating',
      disconnect: 'pending',
      disconnectAttempts: 1,
    });
    expect(told()).toEqual([]);
  });

  it('changes nothing the second time', async () => {
    const { conversationId } = givenActive();
    const first = { ...(await services.ending.end(conversationId, 'requested')).snapshot };

    const again = await services.ending.end(conversationId, 'duration-limit');

    expect(again.snapshot).toEqual(first);
    expect(services.channel.called('disconnect')).toHaveLength(1);
    expect(told()).toEqual(['terminated']);
    expect(await services.metrics.sample('terminations_total{reason="duration-limit"}')).toBeUndefined();
  });

  it.each([
    ['a request and a lost heartbeat', 'requested', 'heartbeat-lost'],
    ['an expiry and a request', 'duration-limit', 'requested'],
  ] as const)('makes one end of %s in the same instant', async (_, one, other) => {
    const { conversationId } = givenActive();

    const sessions = await Promise.all([
      services.ending.end(conversationId, one),
      services.ending.end(conversationId, other),
    ]);

    expect(told()).toHaveLength(1);
    const ends = services.store.audit.filter(({ action }) => action !== 'SESSION_END_REQUESTED');
    expect(ends).toHaveLength(1);
    expect(services.store.slots).toBe(0);
    expect(services.channel.called('disconnect')).toHaveLength(1);
    const reasons = sessions.map(({ snapshot }) => snapshot.endReason);
    expect(new Set(reasons)).toEqual(new Set([services.store.row(conversationId).endReason]));
  });

  it('ends a session that is still being opened as failed, and closes what may have been opened', async () => {
    const connecting = aSession();
    services.store.given(connecting);

    const session = await services.ending.end(connecting.conversationId, 'requested');

    expect(session.snapshot).toMatchObject({ state: 'failed', endReason: 'requested' });
    expect(services.store.slots).toBe(0);
    expect(services.channel.called('disconnect')).toEqual([connecting.conversationId]);
    expect(told()).toEqual([]);
  });

  it('knows no session that is not stored', async () => {
    await expect(services.ending.end('nobody', 'requested')).rejects.toBeInstanceOf(SessionNotFoundError);
  });

  it('changes nothing while the database is away: the heartbeat continues', async () => {
    const { conversationId } = givenActive();
    services.store.failNext('save', new StorageUnavailableError());

    await expect(services.ending.end(conversationId, 'requested')).rejects.toBeInstanceOf(
      StorageUnavailableError,
    );

    expect(services.heartbeats.running).toBe(1);
    expect(services.channel.calls).toEqual([]);
    expect(services.store.row(conversationId).state).toBe('active');
  });

  it('leaves the session due for the sweeper when the result of the disconnect cannot be saved', async () => {
    const { conversationId } = givenActive();
    services.channel.onDisconnect(() => {
      services.store.failNext('save', new StorageUnavailableError());
      return 'confirmed';
    });

    await services.ending.end(conversationId, 'requested');

    expect(services.store.row(conversationId)).toMatchObject({ state: 'terminating', disconnectDueAt: NOW });
    expect(told()).toEqual([]);
    expect(log.at('error')).toEqual([expect.objectContaining({ conversationId })]);
  });

  describe('a lost heartbeat', () => {
    it('disconnects the session after too many failures', async () => {
      const { conversationId } = givenActive();

      await services.ending.lost(conversationId, { cause: 'failures' });

      expect(services.store.row(conversationId)).toMatchObject({
        state: 'disconnected',
        endReason: 'heartbeat-lost',
        disconnect: 'confirmed',
      });
      expect(told()).toEqual(['disconnected']);
      expect(services.channel.called('disconnect')).toHaveLength(1);
    });

    it('makes no request when the conversation is gone', async () => {
      const { conversationId } = givenActive();

      await services.ending.lost(conversationId, { cause: 'gone' });

      expect(services.store.row(conversationId)).toMatchObject({ state: 'disconnected', endReason: 'gone' });
      expect(services.store.slots).toBe(0);
      expect(services.heartbeats.running).toBe(0);
      expect(services.channel.calls).toEqual([]);
      expect(told()).toEqual(['disconnected']);
      expect(await services.metrics.sample('terminations_total{reason="gone"}')).toBe(1);
    });

    it('stops the heartbeat of a session that has ended already, and changes nothing', async () => {
      const { conversationId } = givenActive();
      await services.ending.end(conversationId, 'requested');
      services.heartbeats.start(new FakeHeartbeatPlan(conversationId));

      await services.ending.lost(conversationId, { cause: 'gone' });

      expect(services.heartbeats.running).toBe(0);
      expect(told()).toEqual(['terminated']);
      expect(await services.metrics.sample('terminations_total{reason="gone"}')).toBeUndefined();
    });
  });

  describe('interrupting', () => {
    it('fails an abandoned opening and leaves its disconnect due', async () => {
      const connecting = aSession();
      services.store.given(connecting);

      await services.ending.interrupt(connecting.conversationId);

      expect(services.store.row(connecting.conversationId)).toMatchObject({
        state: 'failed',
        endReason: 'interrupted',
        disconnectDueAt: NOW,
      });
      expect(services.store.slots).toBe(0);
      expect(await services.metrics.sample('terminations_total{reason="interrupted"}')).toBe(1);
    });

    it('leaves a session alone that has become active meanwhile', async () => {
      const { conversationId } = givenActive();

      await services.ending.interrupt(conversationId);

      expect(services.store.row(conversationId)).toMatchObject({ state: 'active', version: 1 });
      expect(services.heartbeats.running).toBe(1);
    });
  });
});
