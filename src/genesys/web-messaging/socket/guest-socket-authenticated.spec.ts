import { RecordingLog } from '../../../audit/recording-log.fake';
import { UpstreamServerError } from '../../../common/errors/upstream.errors';
import type { ClientFrame } from '../frames/client-frame';
import type { FakeGuestConnection } from '../connection/guest-connection-factory.fake';
import { anAnswer } from '../../transport/genesys-http-client.fake';
import { GuestSocket } from './guest-socket';
import { GuestSocketWorld, NOW, SIGNAL } from './guest-socket-world.fake';

const FIRST = { jwt: 'jwt-1', refreshToken: 'refresh' };
const CONFIGURE = 'configureAuthenticatedSession';

let world: GuestSocketWorld;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  world = new GuestSocketWorld();
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

function refuse(code: number, times = 1, action = CONFIGURE): void {
  for (let time = 0; time < times; time += 1) {
    world.server.next(action, ({ tracingId }: ClientFrame, connection: FakeGuestConnection) => {
      connection.say('string', 'User is unauthorized', { code, tracingId });
    });
  }
}

const codes = (): unknown[] =>
  world.server.of(CONFIGURE).map(({ data }) => (data as { readonly code: unknown }).code);

const kept = (): unknown => world.credentials.kept.get('conversation');

async function stepUp(): Promise<unknown> {
  const outcome = world.socket.stepUp(FIRST, SIGNAL).catch((error: unknown) => error);
  await world.pass(10_000);
  return outcome;
}

describe(`${GuestSocket.name} of an authenticated guest`, () => {
  beforeEach(() => {
    world.credentials.kept.set('conversation', FIRST);
  });

  it('configures each connection for the guest', async () => {
    await world.open();
    world.server.last.cut();
    await world.pass(10_000);

    expect(codes()).toEqual(['jwt-1', 'jwt-1']);
    expect(world.server.of('configureSession')).toEqual([]);
    expect(world.socket.state).toBe('live');
  });

  it('continues when another session of the same guest has been closed in its favour', async () => {
    world.server.sessions.push({ clearedExistingSession: true });
    await world.resume();

    expect(world.socket.state).toBe('live');
  });

  it('renews an expired token, persists the new one first, and configures over the same connection', async () => {
    refuse(401);
    world.http.next(anAnswer(200, { jwt: 'jwt-2' }));
    await world.resume();

    expect(codes()).toEqual(['jwt-1', 'jwt-2']);
    expect(kept()).toEqual({ jwt: 'jwt-2', refreshToken: 'refresh' });
    expect(world.server.connections).toHaveLength(1);
    expect(world.socket.state).toBe('live');
  });

  it('is logged out when three new tokens are refused as well', async () => {
    refuse(401, 10);
    world.http.next(...[2, 3, 4, 5].map((count) => anAnswer(200, { jwt: `jwt-${count}` })));
    await world.resume();
    await world.pass(60_000);

    expect(codes()).toEqual(['jwt-1', 'jwt-2', 'jwt-3', 'jwt-4']);
    expect(world.listener.reasons).toEqual(['logged-out']);
  });

  it.each([
    ['the server wants a new login', 403, undefined],
    ['there is no new token', 401, anAnswer(401)],
  ])('is logged out when %s', async (_what, code, answer) => {
    refuse(code);
    if (answer !== undefined) world.http.next(answer);
    await world.resume();
    await world.pass(60_000);

    expect(world.listener.reasons).toEqual(['logged-out']);
    expect(world.server.connections).toHaveLength(1);
  });

  it('tries again when a new token cannot be had for now, or the credentials cannot be read', async () => {
    refuse(401);
    world.http.next(new UpstreamServerError(503), anAnswer(200, { jwt: 'jwt-2' }));
    world.credentials.failures.push(new Error('no database'));
    await world.resume();
    refuse(401);
    await world.pass(60_000);

    expect(world.listener.reasons).toEqual([]);
    expect(world.socket.state).toBe('live');
    expect(codes().at(-1)).toBe('jwt-2');
  });
});

describe(`${GuestSocket.name} of a guest that logs in later`, () => {
  it('configures again over the open connection, after the credentials are persisted', async () => {
    await world.open();
    world.server.next(CONFIGURE, ({ tracingId }, connection) => {
      expect(kept()).toEqual(FIRST);
      connection.say('SessionResponse', { connected: true, clearedExistingSession: true }, { tracingId });
    });
    expect(await stepUp()).toBeUndefined();
    world.server.last.cut();
    await world.pass(10_000);

    expect(codes()).toEqual(['jwt-1', 'jwt-1']);
    expect(world.server.connections).toHaveLength(2);
    expect(world.listener.reasons).toEqual([]);
  });

  it.each([403, 429])('keeps its identity when the server refuses with %d', async (code) => {
    await world.open();
    refuse(code);
    const outcome = await stepUp();
    world.server.last.cut();
    await world.pass(10_000);

    expect(outcome).toMatchObject({ code: code === 403 ? 'guest-not-authenticated' : 'upstream-throttled' });
    expect(kept()).toBeUndefined();
    expect(world.server.of('configureSession')).toHaveLength(2);
    expect(world.socket.state).toBe('live');
  });

  it('offers a login without an answer again over the next connection', async () => {
    await world.open();
    world.server.next(CONFIGURE, (_frame, connection) => {
      connection.cut();
    });

    expect(await stepUp()).toMatchObject({ code: 'upstream-unavailable' });
    expect(codes()).toEqual(['jwt-1', 'jwt-1']);
    expect(kept()).toEqual(FIRST);
    expect(world.socket.state).toBe('live');
  });

  it('restores its identity when the next connection refuses the login', async () => {
    await world.open();
    world.server.next(CONFIGURE, (_frame, connection) => {
      connection.cut();
    });
    refuse(403);
    await stepUp();
    await world.pass(10_000);

    expect(kept()).toBeUndefined();
    expect(world.server.of('configureSession')).toHaveLength(2);
    expect(world.listener.reasons).toEqual([]);
    expect(world.socket.state).toBe('live');
  });

  it('is over when the server would begin another session', async () => {
    await world.open();
    world.server.sessions.push({ newSession: true });

    expect(await stepUp()).toMatchObject({ code: 'upstream-rejected' });
    expect(world.listener.reasons).toEqual(['gone']);
  });

  it('is signed in elsewhere when the server expects an authenticated guest', async () => {
    await world.open();
    refuse(4017, 1, 'configureSession');
    world.server.last.cut();
    await world.pass(10_000);

    expect(world.listener.reasons).toEqual(['signed-in-elsewhere']);
  });
});
