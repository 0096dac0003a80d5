import { Caller } from '../../access/domain/caller';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import {
  type UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { RecordingLog } from '../../audit/recording-log.fake';
import type { Session } from '../domain/session';
import { SessionChangedError, SessionEndedWhileOpeningError } from '../domain/session.errors';
import { SessionOpening } from './session-opening';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;
const OPENED = { answer: {} };

let services: FakeSessionServices;
let session: Session;

beforeEach(async () => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices();
  session = await services.admission.reserve({ queueId: 'support' }, Caller.anonymous);
});
afterEach(() => {
  jest.useRealTimers();
});

function fromLogin(error: UpstreamError): UpstreamError {
  error.dependency = 'login';
  error.mayHaveTakenEffect = false;
  return error;
}

function failOpening(error: unknown): void {
  services.channel.onOpen(() => {
    throw error;
  });
}

describe(SessionOpening.name, () => {
  it('hands over the answer of the upstream as it came', async () => {
    services.channel.onOpen(() => ({ id: 'theirs', anything: [1] }));

    expect(await services.opening.openUpstream(session, services.drain.signal)).toEqual({
      answer: { id: 'theirs', anything: [1] },
    });
    expect(services.store.row(session.conversationId)).toMatchObject({ state: 'connecting', version: 0 });
  });

  it('makes the session active, queues its event for the CRM and counts it', async () => {
    await jest.advanceTimersByTimeAsync(250);

    await services.opening.activate(session, OPENED);

    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'active',
      startedAt: NOW + 250,
      expiresAt: NOW + 1_800_250,
      version: 1,
    });
    expect(services.store.events.map(({ state, sequence }) => [state, sequence])).toEqual([['connected', 1]]);
    expect(services.store.audit.map(({ action }) => action)).toEqual(['SESSION_INITIALIZED']);
    expect(await services.metrics.sample('sessions_created_total{outcome="ok"}')).toBe(1);
    expect(await services.metrics.sample('session_create_duration_seconds_sum')).toBeCloseTo(0.25);
  });

  describe('when the upstream fails', () => {
    it.each([
      ['throttling', new UpstreamThrottledError(1_000)],
      ['a refused token', new UpstreamUnauthorizedError()],
      ['a missing permission', new UpstreamForbiddenError()],
      ['a refusal', Object.assign(new UpstreamRejectedError(400), { refusal: '400 bad.request' })],
      ['a connection that never came about', new UpstreamUnavailableError({ sent: false })],
      ['a token that cannot be had', fromLogin(new UpstreamUnavailableError())],
      ['a login that is too slow', fromLogin(new UpstreamTimeoutError())],
      ['a login that talks nonsense', fromLogin(new UpstreamInvalidResponseError('no JSON'))],
    ])('fails the session for good after %s: nothing is open there', async (_, error) => {
      failOpening(error);

      await expect(services.opening.openUpstream(session, services.drain.signal)).rejects.toBe(error);

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'failed',
        endReason: 'open-failed',
        endCause: error.refusal ?? null,
        disconnect: 'none',
        disconnectDueAt: null,
      });
      expect(services.store.slots).toBe(0);
      expect(services.store.events).toEqual([]);
      expect(services.store.audit).toEqual([
        expect.objectContaining({
          action: 'SESSION_FAILED',
          detail: expect.objectContaining({ error: error.code }) as object,
        }),
      ]);
      expect(await services.metrics.sample(`sessions_created_total{outcome="${error.code}"}`)).toBe(1);
    });

    it.each([
      ['a server error', new UpstreamServerError(503), 'upstream-error'],
      ['an answer that is none', new UpstreamInvalidResponseError('no JSON'), 'upstream-invalid-response'],
      ['a broken connection', new UpstreamUnavailableError({ sent: true }), 'upstream-unavailable'],
      ['a conflict with what is there already', new UpstreamRejectedError(409), 'upstream-rejected'],
      ['silence', new UpstreamTimeoutError(), 'upstream-timeout'],
      ['a bug of ours', new TypeError('undefined is not a function'), 'internal'],
    ])('fails the session and disconnects what may be open after %s', async (_, error, code) => {
      failOpening(error);

      await expect(services.opening.openUpstream(session, services.drain.signal)).rejects.toBe(error);

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'failed',
        disconnect: 'pending',
        disconnectDueAt: NOW,
      });
      expect(services.store.slots).toBe(0);
      expect(services.store.events).toEqual([]);
      expect(services.store.audit[0]?.detail).toMatchObject({ error: code });
    });

    it('gives the opening up at its deadline, as one that may have been carried out', async () => {
      services.channel.onOpen(
        (signal: AbortSignal) =>
          new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new UpstreamUnavailableError());
            });
          }),
      );

      const outcome = services.opening
        .openUpstream(session, services.drain.signal)
        .catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(30_000);
      expect(await outcome).toBeInstanceOf(UpstreamTimeoutError);

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'failed',
        disconnect: 'pending',
      });
    });

    it('throws the upstream error even when the session was ended meanwhile', async () => {
      const error = new UpstreamTimeoutError();
      failOpening(error);
      services.store.interfereNext(session.conversationId, (other) =>
        other.fail('interrupted', NOW, { outcomeUnknown: true }),
      );

      await expect(services.opening.openUpstream(session, services.drain.signal)).rejects.toBe(error);

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'failed',
        endReason: 'interrupted',
      });
      expect(services.store.audit).toHaveLength(1);
    });

    it('leaves the session connecting while the database is away, for the sweeper to close', async () => {
      failOpening(new UpstreamTimeoutError());
      services.store.failNext('save', new StorageUnavailableError());

      await expect(services.opening.openUpstream(session, services.drain.signal)).rejects.toBeInstanceOf(
        StorageUnavailableError,
      );

      expect(services.store.row(session.conversationId)).toMatchObject({ state: 'connecting', version: 0 });
      expect(services.store.slots).toBe(1);
    });
  });

  describe('when the session changed meanwhile', () => {
    it('throws that the session has ended, and queues no event for the CRM', async () => {
      services.store.interfereNext(session.conversationId, (other) =>
        other.fail('requested', NOW, { outcomeUnknown: true }),
      );

      await expect(services.opening.activate(session, OPENED)).rejects.toBeInstanceOf(
        SessionEndedWhileOpeningError,
      );

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'failed',
        disconnect: 'pending',
      });
      expect(services.store.events).toEqual([]);
      expect(await services.metrics.sample('sessions_created_total{outcome="session-changed"}')).toBe(1);
    });

    it('leaves the session connecting when the database is away', async () => {
      services.store.failNext('save', new StorageUnavailableError());

      await expect(services.opening.activate(session, OPENED)).rejects.toBeInstanceOf(
        StorageUnavailableError,
      );

      expect(services.store.row(session.conversationId)).toMatchObject({
        state: 'connecting',
        lastSequence: 0,
      });
      expect(services.store.events).toEqual([]);
    });
  });

  describe('taken over from a replica that is gone', () => {
    it('gets a new deadline', async () => {
      await jest.advanceTimersByTimeAsync(25_000);
      const taken = await services.opening.takeOver(session.conversationId, 'here');
      services.channel.onOpen(
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new UpstreamUnavailableError());
            });
          }),
      );
      const outcome = services.opening.openUpstream(taken, services.drain.signal).catch(String);
      await jest.advanceTimersByTimeAsync(29_999);
      expect(services.store.row(session.conversationId).state).toBe('connecting');

      await jest.advanceTimersByTimeAsync(1);
      expect(await outcome).toContain(UpstreamTimeoutError.name);
    });

    it('is counted with the time that it took since then', async () => {
      await jest.advanceTimersByTimeAsync(25_000);
      const taken = await services.opening.takeOver(session.conversationId, 'here');
      await jest.advanceTimersByTimeAsync(250);
      await services.opening.activate(taken, OPENED);

      expect(await services.metrics.sample('session_create_duration_seconds_sum')).toBeCloseTo(0.25);
      expect(services.store.row(session.conversationId)).toMatchObject({ state: 'active', version: 2 });
    });

    it('is taken by one of several, and not once it is over', async () => {
      const takes = await Promise.allSettled(
        Array.from({ length: 5 }, () => services.opening.takeOver(session.conversationId, 'here')),
      );
      expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

      await services.ending.interrupt(session.conversationId);
      await expect(services.opening.takeOver(session.conversationId, 'here')).rejects.toThrow(
        SessionChangedError,
      );
      await expect(services.opening.takeOver('unknown', 'here')).rejects.toThrow(SessionChangedError);
    });

    it('may still arrive upstream for as long as it may take from then on', async () => {
      await jest.advanceTimersByTimeAsync(60_000);
      const taken = await services.opening.takeOver(session.conversationId, 'here');
      await jest.advanceTimersByTimeAsync(30_000);
      services.channel.onDisconnect(() => 'gone');

      await services.ending.end(taken.conversationId, 'requested');

      expect(services.store.row(session.conversationId)).toMatchObject({ disconnect: 'pending' });
    });
  });

  it('gives the opening up with the process', async () => {
    services.channel.onOpen(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new UpstreamUnavailableError());
          });
        }),
    );
    const opening = services.opening
      .openUpstream(session, services.drain.signal)
      .catch((error: unknown) => error);

    services.drain.begin();
    await jest.advanceTimersByTimeAsync(5_000);

    expect(await opening).toBeInstanceOf(UpstreamUnavailableError);
    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'failed',
      disconnect: 'pending',
    });
  });
});
