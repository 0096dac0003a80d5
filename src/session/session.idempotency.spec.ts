import { Caller } from '../access/domain/caller';
import { RecordingLog } from '../audit/recording-log.fake';
import { DomainError } from '../common/errors/domain.error';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.error';
import {
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../common/errors/upstream.errors';
import type { GivenAnswer } from './domain/kept-answer';
import { keyedRequestOf } from './domain/keyed-request';
import { aSession } from './domain/session.builder';
import { FakeSessionPolicy } from './ports/session.policy.fake';
import type { OpenSession } from './session.admission';
import { SessionIdempotency } from './session.idempotency';
import type { OpenedSession } from './session.service';
import { FakeSessionServices } from './session-services.fake';

jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  ...jest.requireActual<object>('../heartbeat/delay.fake'),
}));

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const SUPPORT = { queueId: 'support' };

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 2 });
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

interface Asked {
  readonly key?: string;
  readonly asked?: OpenSession;
  readonly caller?: Caller;
  readonly hungUp?: AbortSignal;
}

function open({
  key = 'key-1',
  asked = SUPPORT,
  caller = Caller.anonymous,
  hungUp = new AbortController().signal,
}: Asked = {}): Promise<GivenAnswer> {
  const answerOf = ({ session, upstream }: OpenedSession) => ({
    location: session.conversationId,
    etag: String(session.snapshot.version),
    body: { token: session.snapshot.guestToken, upstream },
  });
  return services.idempotency.open(asked, caller, { key, answerOf, hungUp });
}

/** An outcome as far as callers can tell it from another. */
async function told(work: Promise<GivenAnswer>): Promise<object> {
  try {
    const { answer, from } = await work;
    return { ...answer, from };
  } catch (error) {
    if (!(error instanceof DomainError)) return { error };
    const { code, kind, title, message, reason, retryAfterMs, isReplayed = false } = error;
    return { code, kind, title, message, reason, retryAfterMs, isReplayed };
  }
}

/** The upstream answers once this is called. */
function upstreamWaits(): () => void {
  let answer: () => void = () => undefined;
  services.channel.onOpen(
    () =>
      new Promise((resolve) => {
        answer = () => {
          resolve({ id: 'theirs' });
        };
      }),
  );
  return () => {
    answer();
  };
}

function failOpening(...errors: readonly unknown[]): void {
  services.channel.onOpen(
    ...errors.map((error) => () => {
      throw error;
    }),
  );
}

/** An opening that a process has left half way, with the key of a request. */
async function leftOpening(given: { openingBy?: string; asked?: object } = {}): Promise<string> {
  const { openingBy = 'process-0', asked = SUPPORT } = given;
  const session = aSession({ channel: 'fake' });
  const request = keyedRequestOf({ owner: '', key: 'key-1', asked, openingBy });
  await services.store.reserve(session, { total: 9, ofClient: 9 }, request);
  return session.conversationId;
}

function results(result: string): Promise<number | undefined> {
  return services.metrics.sample(`idempotency_total{result="${result}"}`);
}

describe(SessionIdempotency.name, () => {
  it('opens one session for all requests with one key, and answers each of them the same', async () => {
    const first = await told(open());
    await jest.advanceTimersByTimeAsync(DAY - 1);
    const later = await told(open());

    expect(first).toMatchObject({ from: 'opened', etag: '1' });
    expect(later).toEqual({ ...first, from: 'replayed' });
    expect(services.channel.called('open')).toHaveLength(1);
    expect([await results('opened'), await results('replayed')]).toEqual([1, 1]);
  });

  it('opens a session for every request without a key', async () => {
    const asking = {
      answerOf: () => ({ location: '', etag: '', body: {} }),
      hungUp: new AbortController().signal,
    };
    await services.idempotency.open(SUPPORT, Caller.anonymous, asking);
    await services.idempotency.open(SUPPORT, Caller.anonymous, asking);

    expect(services.store.count).toBe(2);
    expect(services.store.keys.finds).toBe(0);
  });

  it('takes a key for a new one after a day, whether or not it was removed', async () => {
    const first = await told(open());
    await jest.advanceTimersByTimeAsync(DAY);

    expect(await told(open())).not.toMatchObject({ location: Reflect.get(first, 'location') as string });
    expect(services.store.count).toBe(2);
  });

  it('knows the keys of each caller apart', async () => {
    const callers = ['billing', 'support'].map((name) => new Caller(name, new Set()));

    const [one, other] = await Promise.all(callers.map((caller) => told(open({ caller }))));

    expect([one, other]).toMatchObject([{ from: 'opened' }, { from: 'opened' }]);
    expect(services.store.count).toBe(2);
  });

  it('refuses a key that came with another body, whatever became of that', async () => {
    failOpening(new UpstreamServerError(500));
    await told(open());

    expect(await told(open({ asked: { ...SUPPORT, name: 'Ada' } }))).toMatchObject({
      code: 'idempotency-key-reused',
      kind: 'unprocessable',
    });
    expect(await results('reused')).toBe(1);
  });

  it('refuses a text that is no key before it does anything', async () => {
    expect(await told(open({ key: 'a b' }))).toMatchObject({ code: 'idempotency-key-invalid' });
    expect(services.store.calls).toEqual([]);
    expect(await results('invalid')).toBe(1);
  });

  it('answers from what it keeps when no session could be opened, and asks no policy', async () => {
    const policy = new FakeSessionPolicy();
    services.policies.add(policy);
    const first = await told(open());
    await told(open({ key: 'key-2' }));
    expect(await told(open({ key: 'key-3' }))).toMatchObject({ code: 'session-limit-reached' });
    services.drain.begin();

    expect(await told(open())).toEqual({ ...first, from: 'replayed' });
    expect(policy.asked).toHaveLength(3);
  });

  describe('of many requests at once', () => {
    it('lets one open, and gives the others its answer', async () => {
      const answer = upstreamWaits();
      const all = Array.from({ length: 100 }, () => told(open()));
      await jest.advanceTimersByTimeAsync(1_900);
      answer();

      const [first, ...others] = await Promise.all(all);
      expect(first).toMatchObject({ from: 'opened' });
      expect(others).toEqual(others.map(() => ({ ...first, from: 'replayed' })));
      expect(services.channel.called('open')).toHaveLength(1);
      expect(services.store.keys.finds).toBe(1);
    });

    it('lets the others wait for two seconds, and then come again', async () => {
      const answer = upstreamWaits();
      const first = told(open());
      const other = told(open());
      await jest.advanceTimersByTimeAsync(2_000);

      expect(await other).toMatchObject({ code: 'request-in-progress', retryAfterMs: 1_000 });
      expect(await results('in-progress')).toBe(1);
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
      expect(await told(open())).toMatchObject({ from: 'replayed' });
    });

    it('lets nobody wait who has hung up, and goes on with the opening', async () => {
      const answer = upstreamWaits();
      const controller = new AbortController();
      const first = told(open({ hungUp: controller.signal }));
      const other = told(open({ hungUp: controller.signal }));
      await jest.advanceTimersByTimeAsync(100);
      controller.abort();

      expect(await other).toMatchObject({ code: 'request-in-progress' });
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
    });

    it('refuses the one with another body at once when the first is under way', async () => {
      const answer = upstreamWaits();
      const first = told(open());
      await jest.advanceTimersByTimeAsync(10);

      expect(await told(open({ asked: { queueId: 'sales' } }))).toMatchObject({
        code: 'idempotency-key-reused',
      });
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
    });

    it('lets two with different bodies that have seen nothing of each other open one session', async () => {
      const both = await Promise.all([told(open()), told(open({ asked: { queueId: 'sales' } }))]);

      expect(both).toMatchObject([{ from: 'opened' }, { code: 'idempotency-key-reused' }]);
      expect(services.store.count).toBe(1);
    });

    it.each([
      ['is kept, and says that it is repeated', new UpstreamServerError(500), true],
      ['is not kept, and does not say so', new UpstreamThrottledError(1_000), false],
    ])('tells all of them of one failure that %s', async (_, error, isReplayed) => {
      failOpening(error);
      const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => told(open())));

      expect(first).toMatchObject({ code: error.code, isReplayed: false });
      expect(others).toEqual(
        others.map(() => expect.objectContaining({ code: error.code, isReplayed }) as object),
      );
      expect(services.channel.called('open')).toHaveLength(1);
    });
  });

  describe('of an opening that failed', () => {
    it('keeps what may have taken effect, without a time to try again', async () => {
      failOpening(new UpstreamServerError(503));
      const first = await told(open());

      expect(await told(open())).toEqual({ ...first, isReplayed: true });
      expect(await told(open())).toMatchObject({ code: 'upstream-error', retryAfterMs: undefined });
      expect(services.channel.called('open')).toHaveLength(1);
      expect([await results('failed'), await results('replayed')]).toEqual([1, 2]);
    });

    it('keeps a bug of ours as one that nothing is told of', async () => {
      failOpening(new TypeError('canary'));
      await told(open());

      expect(await told(open())).toMatchObject({ code: 'internal', kind: 'internal', message: '' });
    });

    it('keeps nothing of what was refused before a session was reserved', async () => {
      services.policies.add(
        new FakeSessionPolicy('moody', () => {
          if (services.store.calls.length < 2) throw new Error('not now');
        }),
      );

      expect(await told(open())).toMatchObject({ code: 'policy-unavailable' });
      services.store.calls.push('find', 'find');
      expect(await told(open())).toMatchObject({ from: 'opened' });
    });

    it('keeps nothing of what came to nothing upstream', async () => {
      failOpening(new UpstreamThrottledError(1_000));
      expect(await told(open())).toMatchObject({ code: 'upstream-throttled', retryAfterMs: 1_000 });

      expect(await told(open())).toMatchObject({ from: 'opened' });
    });

    it('keeps nothing of what this process gave up because it stops', async () => {
      services.channel.onOpen(
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new UpstreamUnavailableError({ sent: true }));
            });
          }),
      );
      const first = told(open());
      await jest.advanceTimersByTimeAsync(10);
      services.drain.begin();
      await jest.advanceTimersByTimeAsync(5_000);

      expect(await first).toMatchObject({ code: 'upstream-unavailable', isReplayed: false });
      expect(await told(open())).toMatchObject({ code: 'shutting-down' });
    });

    it('keeps that the session was ended by somebody else', async () => {
      const answer = upstreamWaits();
      const first = told(open());
      await jest.advanceTimersByTimeAsync(10);
      const [conversationId = ''] = services.channel.called('open');
      await services.ending.end(conversationId, 'requested');
      answer();

      expect(await first).toMatchObject({ code: 'session-ended', isReplayed: false });
      expect(await told(open())).toMatchObject({ code: 'session-ended', isReplayed: true });
    });
  });

  describe('of an opening that nobody carries out any more', () => {
    it('lets one of many go on with it, under the same conversation id', async () => {
      const conversationId = await leftOpening();
      await services.recovery.onModuleInit();

      const all = await Promise.all(Array.from({ length: 20 }, () => told(open())));

      expect(all[0]).toMatchObject({ location: conversationId, from: 'taken-over' });
      expect(all.slice(1)).toEqual(all.slice(1).map(() => ({ ...all[0], from: 'replayed' })));
      expect(services.channel.called('open')).toEqual([conversationId]);
      expect(services.store.row(conversationId).state).toBe('active');
      expect(services.heartbeats.status(conversationId)).toBeDefined();
      expect(log.at('info')).toEqual([expect.objectContaining({ conversationId })]);
    });

    it('leaves it to another process as long as that has it, and looks for its answer', async () => {
      const conversationId = await leftOpening();
      const waiting = told(open());
      const impatient = told(open());
      await jest.advanceTimersByTimeAsync(1_000);
      const theirs = { location: 'there', etag: 'tag', body: {} };
      services.store.keys.settle(conversationId, { opened: theirs });
      await jest.advanceTimersByTimeAsync(100);

      expect([await waiting, await impatient]).toEqual([
        { ...theirs, from: 'replayed' },
        { ...theirs, from: 'replayed' },
      ]);
      expect(services.channel.called('open')).toEqual([]);
    });

    it('says that it is in progress when the other process has no answer in two seconds', async () => {
      await leftOpening();
      const waiting = told(open());
      await jest.advanceTimersByTimeAsync(2_000);

      expect(await waiting).toMatchObject({ code: 'request-in-progress' });
      expect(services.channel.called('open')).toEqual([]);
    });

    it('gives it all the time of an opening anew, with which the sweeper does not interfere', async () => {
      const conversationId = await leftOpening();
      await jest.advanceTimersByTimeAsync(34_000);
      await services.recovery.onModuleInit();
      await jest.advanceTimersByTimeAsync(34_000);
      const answer = upstreamWaits();
      services.sweeper.onApplicationBootstrap();

      const taken = told(open());
      await jest.advanceTimersByTimeAsync(29_000);
      expect(services.store.row(conversationId).state).toBe('connecting');
      answer();

      expect(await taken).toMatchObject({ location: conversationId });
      await services.sweeper.onModuleDestroy();
    });

    it('tells that the session has ended when the sweeper was first', async () => {
      const conversationId = await leftOpening();
      await services.recovery.onModuleInit();
      await services.ending.interrupt(conversationId);

      expect(await told(open())).toMatchObject({ code: 'session-ended', isReplayed: true });
    });

    it('tells so as well when the sweeper comes between the look and the first step', async () => {
      const conversationId = await leftOpening();
      await services.recovery.onModuleInit();
      services.store.interfereNext(conversationId, (session) => {
        session.fail('interrupted', NOW, { outcomeUnknown: true });
      });
      const outcome = told(open());
      await jest.advanceTimersByTimeAsync(100);

      expect(await outcome).toMatchObject({ code: 'session-ended', isReplayed: true });
      expect(services.channel.called('open')).toEqual([]);
    });

    it('goes on with one of its own that the database kept it from ending', async () => {
      failOpening(new UpstreamServerError(500));
      services.store.failNext('save', new StorageUnavailableError());
      expect(await told(open())).toMatchObject({ code: 'storage-unavailable', isReplayed: false });

      expect(await told(open())).toMatchObject({ from: 'taken-over' });
      expect(new Set(services.channel.called('open')).size).toBe(1);
    });

    it('refuses another body, and begins nothing while the process stops', async () => {
      const conversationId = await leftOpening();
      await services.recovery.onModuleInit();

      expect(await told(open({ asked: { queueId: 'sales' } }))).toMatchObject({
        code: 'idempotency-key-reused',
      });
      services.drain.begin();
      expect(await told(open())).toMatchObject({ code: 'shutting-down' });
      expect(services.store.row(conversationId).state).toBe('connecting');
    });
  });
});
