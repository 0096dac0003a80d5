import { RecordingLog } from '../../audit/recording-log.fake';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { FakeHeartbeatPlan } from '../../heartbeat/domain/heartbeat-plan.fake';
import { aSession, anActiveSession, aTerminatingSession } from '../domain/session.builder';
import { SessionSweeper } from './session-sweeper';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices({ SESSION_OPEN_DEADLINE_MS: 30_000 });
});
afterEach(async () => {
  await services.sweeper.onModuleDestroy();
  jest.useRealTimers();
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Ends with the process. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reject(new Error('Aborted'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
}

function stateOf(conversationId: string): string {
  return services.store.row(conversationId).state;
}

describe(SessionSweeper.name, () => {
  it('ends a session at its duration limit, not before', async () => {
    const { conversationId } = anActiveSession();
    services.store.given(anActiveSession({ conversationId, expiresAt: NOW + 2_000 }));
    services.heartbeats.start(new FakeHeartbeatPlan(conversationId));
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(1_999);
    expect(stateOf(conversationId)).toBe('active');

    await jest.advanceTimersByTimeAsync(501);
    expect(services.store.row(conversationId)).toMatchObject({
      state: 'terminated',
      endReason: 'duration-limit',
      disconnect: 'confirmed',
    });
    expect(services.heartbeats.running).toBe(0);
    expect(services.store.events.map(({ state }) => state)).toEqual(['terminated']);
  });

  it('retries the disconnects that are due, and those only', async () => {
    const [due, later] = [aTerminatingSession(), aTerminatingSession({ disconnectDueAt: NOW + 60_000 })];
    services.store.given(due, later);
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(1_000);

    expect(stateOf(due.conversationId)).toBe('terminated');
    expect(stateOf(later.conversationId)).toBe('terminating');
  });

  it('interrupts openings that were abandoned, and closes what they may have opened', async () => {
    const [stalled, fresh] = [aSession({ createdAt: NOW - 35_001 }), aSession({ createdAt: NOW - 30_000 })];
    services.store.given(stalled, fresh);
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(1_000);

    expect(services.store.row(stalled.conversationId)).toMatchObject({
      state: 'failed',
      endReason: 'interrupted',
      disconnect: 'confirmed',
    });
    expect(services.channel.called('disconnect')).toEqual([stalled.conversationId]);
    expect(stateOf(fresh.conversationId)).toBe('connecting');
  });

  it('does not wait for its work: a request that hangs delays no other', async () => {
    const [hanging, other] = [aTerminatingSession({ disconnectDueAt: NOW - 1 }), aTerminatingSession()];
    services.store.given(hanging, other);
    services.channel.onDisconnect(untilAborted);
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(5_000);

    expect(stateOf(other.conversationId)).toBe('terminated');
    expect(services.channel.called('disconnect').sort()).toEqual(
      [hanging.conversationId, other.conversationId].sort(),
    );
    services.drain.begin();
    await jest.advanceTimersByTimeAsync(5_000);
  });

  it('has no more than 128 pieces of work in flight', async () => {
    services.store.given(
      ...Array.from({ length: 300 }, (_, index) => anActiveSession({ expiresAt: NOW - 300 + index })),
    );
    services.channel.onDisconnect(...Array.from({ length: 300 }, () => untilAborted));
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(10_000);

    expect(services.channel.called('disconnect')).toHaveLength(128);
    services.drain.begin();
    await jest.advanceTimersByTimeAsync(5_000);
  });

  it('survives a store that fails, and says so', async () => {
    const session = aTerminatingSession();
    services.store.given(session);
    services.store.failNext('findExpired', new StorageUnavailableError(), new StorageUnavailableError());
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(2_000);

    expect(stateOf(session.conversationId)).toBe('terminated');
    expect(log.at('warn')).toHaveLength(2);
  });

  it('repeats work that failed', async () => {
    const session = anActiveSession({ expiresAt: NOW });
    services.store.given(session);
    services.store.failNext('save', new StorageUnavailableError());
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(1_000);

    expect(stateOf(session.conversationId)).toBe('terminated');
    expect(log.at('warn')).toEqual([expect.objectContaining({ conversationId: session.conversationId })]);
  });

  it('sweeps no more once it is stopped', async () => {
    services.sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(100);
    await services.sweeper.onModuleDestroy();
    const session = anActiveSession({ expiresAt: NOW });
    services.store.given(session);

    await jest.advanceTimersByTimeAsync(5_000);

    expect(stateOf(session.conversationId)).toBe('active');
  });

  it('waits for its work in flight when it is stopped', async () => {
    const session = aTerminatingSession();
    services.store.given(session);
    let answer: ((outcome: 'confirmed') => void) | undefined;
    services.channel.onDisconnect(() => new Promise((resolve) => (answer = resolve)), never);
    services.sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(100);

    let isOver = false;
    const over = services.sweeper.onModuleDestroy().then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(isOver).toBe(false);
    answer?.('confirmed');
    await over;

    expect(stateOf(session.conversationId)).toBe('terminated');
  });

  it('ends the sessions behind any number of those that fail permanently', async () => {
    const poisoned = Array.from({ length: 150 }, () => anActiveSession({ expiresAt: NOW - 60_000 }));
    const session = anActiveSession({ expiresAt: NOW });
    const ids = new Set(poisoned.map(({ conversationId }) => conversationId));
    const save = services.store.save.bind(services.store);
    const saving = jest
      .spyOn(services.store, 'save')
      .mockImplementation((changed, outcome) =>
        ids.has(changed.conversationId)
          ? Promise.reject(new DataRefusedError('23514'))
          : save(changed, outcome),
      );
    services.store.given(...poisoned, session);
    services.sweeper.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(30_000);

    expect(stateOf(session.conversationId)).toBe('terminated');
    expect(saving.mock.calls.filter(([changed]) => ids.has(changed.conversationId))).toHaveLength(150);
    expect(await services.metrics.sample('poison_messages_total{queue="sessions"}')).toBe(150);
    expect(log.at('error')).toHaveLength(150);
  });
});
