import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamServerError } from '../../common/errors/upstream.errors';
import type { Session } from '../domain/session';
import { aSession, aTerminatingSession } from '../domain/session.builder';
import { UpstreamDisconnector } from './upstream-disconnector';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;
const FOREVER = new AbortController().signal;

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices({
    SESSION_DISCONNECT_DEADLINE_MS: 600_000,
    SESSION_OPEN_DEADLINE_MS: 30_000,
  });
});
afterEach(() => {
  jest.useRealTimers();
});

function given(session: Session): Session {
  services.store.given(session);
  return session;
}

/** The next attempt at a session as it is stored by now. */
async function attempt(conversationId: string): Promise<void> {
  const session = await services.store.find(conversationId);
  if (session !== undefined) await services.disconnector.attempt(session, FOREVER);
}

function fails(): never {
  throw new UpstreamServerError(503);
}

describe(UpstreamDisconnector.name, () => {
  it.each(['confirmed', 'gone'] as const)(
    'makes the session final when the upstream says %s',
    async (answer) => {
      const session = given(aTerminatingSession());
      services.channel.onDisconnect(() => answer);

      await services.disconnector.attempt(session, FOREVER);

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'terminated',
        disconnect: 'confirmed',
        disconnectDueAt: null,
      });
      expect(services.store.events.map(({ state }) => state)).toEqual(['terminated']);
      expect(await services.metrics.sample(`upstream_disconnects_total{outcome="${answer}"}`)).toBe(1);
    },
  );

  it('tries again with growing pauses of up to a minute, until the deadline leaves it unconfirmed', async () => {
    const { conversationId } = given(aTerminatingSession());
    services.channel.onDisconnect(...Array.from({ length: 50 }, () => fails));
    const pauses: number[] = [];

    await attempt(conversationId);
    for (let row = services.store.row(conversationId); row.disconnectDueAt !== null;) {
      pauses.push(row.disconnectDueAt - Date.now());
      jest.advanceTimersByTime(row.disconnectDueAt - Date.now());
      await attempt(conversationId);
      row = services.store.row(conversationId);
    }

    for (const [index, pause] of pauses.entries()) {
      const meant = Math.min(60_000, 1_000 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(0.8 * meant);
      expect(pause).toBeLessThanOrEqual(1.2 * meant);
    }
    expect(pauses.length).toBeGreaterThan(10);
    expect(Date.now()).toBeLessThan(NOW + 600_000);
    expect(Date.now()).toBeGreaterThan(NOW + 500_000);
    expect(services.store.row(conversationId)).toMatchObject({
      state: 'terminated',
      disconnect: 'unconfirmed',
    });
    expect(services.store.events).toHaveLength(1);
    expect(await services.metrics.sample('upstream_disconnects_total{outcome="unconfirmed"}')).toBe(1);
    expect(log.at('error')).toHaveLength(1);
    expect(log.at('warn')).toHaveLength(pauses.length);
  });

  it('queues no event for the CRM between the attempts', async () => {
    const { conversationId } = given(aTerminatingSession());
    services.channel.onDisconnect(fails);

    await attempt(conversationId);

    expect(services.store.events).toEqual([]);
    expect(services.store.audit).toEqual([]);
    expect(services.store.row(conversationId)).toMatchObject({ state: 'terminating', disconnectAttempts: 1 });
  });

  it('makes one attempt at a time per session', async () => {
    const { conversationId } = given(aTerminatingSession());
    let answer: ((outcome: 'confirmed') => void) | undefined;
    services.channel.onDisconnect(() => new Promise((resolve) => (answer = resolve)));

    const attempts = Promise.all([attempt(conversationId), attempt(conversationId), attempt(conversationId)]);
    await jest.advanceTimersByTimeAsync(1);
    answer?.('confirmed');
    await attempts;

    expect(services.channel.called('disconnect')).toHaveLength(1);
    expect(services.store.events).toHaveLength(1);
  });

  it('lets another attempt begin once one is over', async () => {
    const { conversationId } = given(aTerminatingSession());
    services.channel.onDisconnect(fails);

    await attempt(conversationId);
    await attempt(conversationId);

    expect(services.store.row(conversationId).state).toBe('terminated');
  });

  it('keeps the result of another attempt that has settled the session meanwhile', async () => {
    const session = given(aTerminatingSession());
    services.store.interfereNext(session.conversationId, (other) => {
      other.settleDisconnect('confirmed', NOW);
    });

    await services.disconnector.attempt(session, FOREVER);

    expect(services.store.events).toHaveLength(1);
    expect(services.store.row(session.conversationId).version).toBe(3);
  });

  it('rejects when the result cannot be saved, and the session stays due', async () => {
    const session = given(aTerminatingSession());
    services.store.failNext('save', new StorageUnavailableError());

    await expect(services.disconnector.attempt(session, FOREVER)).rejects.toBeInstanceOf(
      StorageUnavailableError,
    );
    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'terminating',
      disconnectDueAt: NOW,
    });

    await attempt(session.conversationId);
    expect(services.store.row(session.conversationId).state).toBe('terminated');
  });

  it('abandons a session of a channel that was removed at the deadline, like every other', async () => {
    const { conversationId } = given(aTerminatingSession({ channel: 'removed', endedAt: NOW - 600_000 }));

    await attempt(conversationId);

    expect(services.store.row(conversationId)).toMatchObject({
      state: 'terminated',
      disconnect: 'unconfirmed',
    });
  });

  describe('an opening with an unknown outcome', () => {
    function aFailedOpening(): Session {
      const session = aSession();
      session.fail('open-failed', NOW, { outcomeUnknown: true });
      session.pullChanges();
      return session;
    }

    it('is looked for again while it may still arrive, and settled after that', async () => {
      const { conversationId } = given(aFailedOpening());
      const gone = (): 'gone' => 'gone';
      services.channel.onDisconnect(...Array.from({ length: 20 }, () => gone));

      await attempt(conversationId);
      expect(services.store.row(conversationId)).toMatchObject({
        disconnect: 'pending',
        disconnectAttempts: 1,
      });

      for (let due = services.store.row(conversationId).disconnectDueAt; due !== null;) {
        jest.advanceTimersByTime(due - Date.now());
        await attempt(conversationId);
        due = services.store.row(conversationId).disconnectDueAt;
      }
      expect(Date.now()).toBeGreaterThanOrEqual(NOW + 30_000);
      expect(services.store.row(conversationId)).toMatchObject({ state: 'failed', disconnect: 'confirmed' });
    });

    it('is closed when it arrives after the first look', async () => {
      const { conversationId } = given(aFailedOpening());
      services.channel.onDisconnect(
        () => 'gone',
        () => 'confirmed',
      );

      await attempt(conversationId);
      await attempt(conversationId);

      expect(services.store.row(conversationId)).toMatchObject({ state: 'failed', disconnect: 'confirmed' });
      expect(services.channel.called('disconnect')).toHaveLength(2);
      expect(services.store.events).toEqual([]);
    });
  });
});
