import { RecordingLog } from '../../../audit/recording-log.fake';
import {
  UpstreamForbiddenError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { GuestSocket } from './guest-socket';
import { GuestSocketWorld, NOW, SIGNAL } from './guest-socket-world.fake';

let log: RecordingLog;
let world: GuestSocketWorld;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  world = new GuestSocketWorld();
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

describe(`${GuestSocket.name} when it opens`, () => {
  it('connects, configures the session and is live', async () => {
    expect(await world.open()).toMatchObject({ connected: true, newSession: true });
    expect(world.server.of('configureSession')).toEqual([
      expect.objectContaining({ token: 'guest-token', deploymentId: 'dep-1', startNew: false }),
    ]);
    expect(world.socket.state).toBe('live');
    expect(world.listener.states).toEqual(['live']);
    expect(world.listener.expiries).toEqual([NOW + 3_600_000]);
    expect(world.history.pages).toEqual([]);
  });

  it('joins once when the deployment starts conversations by itself', async () => {
    await world.open(true);
    expect(world.server.of('onMessage')).toHaveLength(1);
    expect(world.server.of('onMessage')[0]).toMatchObject({
      message: { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] },
    });

    world.server.last.cut();
    await world.pass(5_000);
    expect(world.socket.state).toBe('live');
    expect(world.server.of('onMessage')).toHaveLength(1);
  });

  it('counts the join among the five messages a second', async () => {
    const sending = { isRepeatable: false };
    for (let number = 0; number < 5; number += 1)
      world.socket
        .send({ text: 'x' }, { ...sending, reference: `r-${number}` }, SIGNAL)
        .catch(() => undefined);
    await world.open(true);
    const sent = world.server.last.sent.filter(({ frame }) => frame.action === 'onMessage');
    const [first] = sent;
    const within = sent.filter(({ at }) => at < (first?.at ?? 0) + 1_000);

    expect([sent.length, within.length]).toEqual([6, 5]);
  });

  it('does not join when the server has started the conversation, or without auto-start', async () => {
    world.server.sessions.push({ autoStarted: true });
    await world.open(true);

    expect(world.server.of('onMessage')).toEqual([]);
  });

  it('joins again when the connection broke and the history is empty', async () => {
    world.server.next('onMessage');
    await world.open(true);
    world.server.last.cut();
    await world.pass(5_000);

    expect(world.server.of('onMessage')).toHaveLength(2);
  });

  it('does not join again when the connection broke and the history holds a message', async () => {
    world.server.next('onMessage', world.server.keep);
    await world.open(true);
    world.server.last.cut();
    await world.pass(5_000);

    expect(world.server.of('onMessage')).toHaveLength(1);
  });

  it('configures again with the same token when the connection breaks before the answer', async () => {
    world.server.begun();
    world.server.next('configureSession', (_frame, connection) => {
      connection.cut();
    });

    expect(await world.open()).toMatchObject({ newSession: false });
    expect(world.server.of('configureSession').map(({ token }) => token)).toEqual([
      'guest-token',
      'guest-token',
    ]);
  });

  it('fails after three configures without an answer, and reports that the session may exist', async () => {
    world.server.next('configureSession');
    world.server.next('configureSession');
    world.server.next('configureSession');

    await expect(world.open()).rejects.toMatchObject({ code: 'upstream-timeout', mayHaveTakenEffect: true });
    expect(world.server.connections).toHaveLength(3);
    expect(world.socket.reason).toBe('closed');
  });

  it('asks for a new conversation when the old one takes no more messages', async () => {
    world.server.sessions.push({ readOnly: true });
    world.server.sessions.push({ newSession: true });

    expect(await world.open()).toMatchObject({ newSession: true, readOnly: false });
    expect(world.server.last.sent.map(({ frame: { action, startNew } }) => [action, startNew])).toEqual([
      ['configureSession', false],
      ['closeSession', undefined],
      ['configureSession', true],
    ]);
  });

  it('fails at once where the origin is not allowed', async () => {
    world.server.refusals.push(new UpstreamForbiddenError());

    await expect(world.open()).rejects.toMatchObject({
      code: 'upstream-forbidden',
      mayHaveTakenEffect: false,
    });
    expect(world.server.connectedAt).toHaveLength(1);
    expect(world.listener.reasons).toEqual(['refused']);
    expect(log.at('error')).toHaveLength(1);
  });

  it.each([
    [400, 'upstream-rejected', 'refused'],
    [401, 'upstream-unauthorized', 'refused'],
    [4006, 'upstream-rejected', 'expired'],
    [4007, 'upstream-rejected', 'gone'],
    [4020, 'upstream-rejected', 'refused'],
  ])('fails at once when configuring is refused with %d', async (code, error, reason) => {
    world.server.next('configureSession', ({ tracingId }, connection) => {
      connection.say('string', 'no', { code, tracingId });
    });

    await expect(world.open()).rejects.toMatchObject({ code: error, mayHaveTakenEffect: false });
    expect(world.listener.reasons).toEqual([reason]);
  });

  it('reports that the session may exist when it is refused after a lost answer', async () => {
    world.server.next('configureSession', (_frame, connection) => {
      connection.cut();
    });
    world.server.next('configureSession', ({ tracingId }, connection) => {
      connection.say('string', 'no', { code: 401, tracingId });
    });

    const error = { code: 'upstream-unauthorized', mayHaveTakenEffect: true };
    await expect(world.open()).rejects.toMatchObject(error);
  });

  it('does not retry when the server closes the connection because of the configure', async () => {
    world.server.next('configureSession', (_frame, connection) => {
      connection.cut(1008);
    });

    await expect(world.open()).rejects.toMatchObject({ code: 'upstream-rejected', mayHaveTakenEffect: true });
    expect(world.server.connectedAt).toHaveLength(1);
    expect(log.at('error')).toHaveLength(1);
  });

  it('fails when the server describes the session as not connected', async () => {
    world.server.sessions.push({ connected: false });

    await expect(world.open()).rejects.toMatchObject({
      code: 'upstream-rejected',
      mayHaveTakenEffect: false,
    });
  });

  it('tries again when the server fails or cannot be reached', async () => {
    world.server.refusals.push(new UpstreamUnavailableError({ sent: false }), new UpstreamServerError(503));

    expect(await world.open()).toMatchObject({ connected: true });
  });

  it('waits for the `Retry-After` of a refused connection, unless that is beyond the deadline', async () => {
    world.server.refusals.push(new UpstreamThrottledError(5_000));
    await world.open();
    expect((world.server.connectedAt[1] ?? 0) - (world.server.connectedAt[0] ?? 0)).toBeGreaterThanOrEqual(
      5_000,
    );

    const hurried = new GuestSocketWorld();
    hurried.server.refusals.push(new UpstreamThrottledError(31_000));
    await expect(hurried.open()).rejects.toMatchObject({ code: 'upstream-throttled', retryAfterMs: 31_000 });
    expect(hurried.server.connectedAt).toHaveLength(1);
  });

  it('closes the way for all when a connection is refused as one too many', async () => {
    world.server.refusals.push(new UpstreamThrottledError(60_000));
    await world.open().catch(() => undefined);
    let hasPassed = false;
    void world.connectLimiter.acquire(new AbortController().signal).then(() => (hasPassed = true));
    await world.pass(30_000);
    expect(hasPassed).toBe(false);

    await world.pass(31_000);
    expect(hasPassed).toBe(true);
  });

  it('is over when it is abandoned', async () => {
    const stop = new AbortController();
    world.server.next('configureSession');
    const opened = world.socket.open(
      { autoStart: false, deadlineAt: performance.now() + 30_000 },
      stop.signal,
    );
    opened.catch(() => undefined);
    await world.pass(100);
    stop.abort(new Error('enough'));

    await expect(opened).rejects.toThrow('enough');
    expect(world.socket.reason).toBe('closed');
    expect(world.server.last.isOpen).toBe(false);
  });
});
