import { Caller } from '../access/domain/caller';
import { RecordingLog } from '../audit/recording-log.fake';
import { UpstreamThrottledError } from '../common/errors/upstream.errors';
import { ALL_SESSIONS, accessScopeOf } from './domain/access-scope';
import {
  SessionEndedWhileOpeningError,
  SessionLimitReachedError,
  SessionNotFoundError,
} from './domain/session.errors';
import { SessionService } from './session.service';
import { FakeSessionServices } from './session-services.fake';

let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 5 });
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionService.name, () => {
  it('opens a session: persisted before anything is sent, then active, with its event and heartbeat', async () => {
    services.channel.onOpen(() => {
      expect(services.store.count).toBe(1);
      return { id: 'theirs' };
    });

    const { session, upstream } = await services.service.open({ queueId: 'support' }, Caller.anonymous);

    expect(upstream).toEqual({ id: 'theirs' });
    expect(session.snapshot).toEqual(services.store.row(session.conversationId));
    expect(session.state).toBe('active');
    expect(services.heartbeats.status(session.conversationId)).toBeDefined();
    expect(services.store.events.map(({ state }) => state)).toEqual(['connected']);
    expect.assertions(6);
  });

  it('leaves no session, no event and no slot behind when the upstream refuses', async () => {
    const error = new UpstreamThrottledError();
    services.channel.onOpen(() => {
      throw error;
    });

    await expect(services.service.open({ queueId: 'support' }, Caller.anonymous)).rejects.toBe(error);

    expect(services.store.slots).toBe(0);
    expect(services.store.events).toEqual([]);
    expect(services.heartbeats.running).toBe(0);
  });

  it('sends nothing when every slot is taken, however many ask at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => services.service.open({ queueId: 'support' }, Caller.anonymous)),
    );

    const refused = outcomes.filter(
      (outcome) => outcome.status === 'rejected' && outcome.reason instanceof SessionLimitReachedError,
    );
    expect(refused).toHaveLength(15);
    expect(services.channel.called('open')).toHaveLength(5);
    expect(services.store.slots).toBe(5);
  });

  it('starts no heartbeat for a session that was ended while it was being opened', async () => {
    let answer: (() => void) | undefined;
    services.channel.onOpen(
      () =>
        new Promise((resolve) => {
          answer = () => {
            resolve({});
          };
        }),
    );
    const opening = services.service
      .open({ queueId: 'support' }, Caller.anonymous)
      .catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(10);
    const [conversationId = ''] = services.channel.called('open');

    await services.service.end(conversationId, ALL_SESSIONS);
    answer?.();

    expect(await opening).toBeInstanceOf(SessionEndedWhileOpeningError);
    expect(services.heartbeats.running).toBe(0);
    expect(services.store.events).toEqual([]);
    expect(services.store.row(conversationId).state).toBe('failed');
  });

  it('ends the session when its heartbeat is lost', async () => {
    services.channel.onBeat(() => ({ kind: 'gone' }));
    const { session } = await services.service.open(
      { queueId: 'support', durationLimit: 10 },
      Caller.anonymous,
    );

    await jest.advanceTimersByTimeAsync(1_000);

    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'disconnected',
      endReason: 'gone',
    });
    expect(services.heartbeats.running).toBe(0);
    expect(services.channel.called('disconnect')).toEqual([]);
  });

  it('ends a session on request, and the second time changes nothing', async () => {
    const { session } = await services.service.open({ queueId: 'support' }, Caller.anonymous);

    const ended = { ...(await services.service.end(session.conversationId, ALL_SESSIONS)).snapshot };
    const again = await services.service.end(session.conversationId, ALL_SESSIONS);

    expect(ended).toMatchObject({ state: 'terminated', endReason: 'requested' });
    expect(again.snapshot).toEqual(ended);
    expect(services.channel.called('disconnect')).toHaveLength(1);
  });

  it('ends no session of another caller, and does not reveal that it exists', async () => {
    const caller = new Caller('billing', new Set(['sessions.write', 'sessions.end']));
    const { session } = await services.service.open({ queueId: 'support' }, caller);
    const stranger = new Caller('support', caller.scopes);

    await expect(
      services.service.end(session.conversationId, accessScopeOf(stranger)),
    ).rejects.toBeInstanceOf(SessionNotFoundError);
    expect(services.store.row(session.conversationId).state).toBe('active');
    expect(services.heartbeats.status(session.conversationId)).toBeDefined();

    const ended = await services.service.end(session.conversationId, accessScopeOf(caller));
    expect(ended.state).toBe('terminated');
  });

  it.each(['nonsense', '00000000-0000-4000-8000-000000000000'])(
    'knows no session %p',
    async (conversationId) => {
      await expect(services.service.end(conversationId, ALL_SESSIONS)).rejects.toBeInstanceOf(
        SessionNotFoundError,
      );
    },
  );
});
