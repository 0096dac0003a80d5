import { RecordingLog } from '../../audit/recording-log.fake';
import { anActiveSession } from '../../session/domain/session.builder';
import { GuestSockets } from './guest-sockets';
import { WebMessagingWorld } from './web-messaging-world.fake';

const SIGNAL = new AbortController().signal;
const { snapshot } = anActiveSession();
let world: WebMessagingWorld;
let server: WebMessagingWorld['server'];
let sockets: GuestSockets;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  world = new WebMessagingWorld();
  ({ server, sockets } = world);
  server.begun();
});
afterEach(() => {
  sockets.beforeApplicationShutdown();
  jest.useRealTimers();
});

describe(GuestSockets.name, () => {
  it('resumes a session once, and holds on to it', async () => {
    const socket = sockets.get(snapshot);
    await jest.advanceTimersByTimeAsync(100);

    expect(sockets.get(snapshot)).toBe(socket);
    expect(socket.state).toBe('live');
    expect(server.of('configureSession')).toEqual([
      expect.objectContaining({ token: snapshot.guestToken, startNew: false }),
    ]);
  });

  it('publishes the messages of a socket as events of its conversation', async () => {
    const published: unknown[] = [];
    world.events.follow({
      onMessage: (conversationId, { text }) => published.push([conversationId, text]),
    });
    sockets.get(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    server.write('Hello');
    await jest.advanceTimersByTimeAsync(100);

    expect(published).toEqual([[snapshot.conversationId, 'Hello']]);
  });

  it('connects nothing for a session without a guest token, and ends no conversation', async () => {
    const socket = sockets.get({ ...snapshot, guestToken: '' });
    await jest.advanceTimersByTimeAsync(60_000);

    expect(socket.reason).toBe('closed');
    expect(server.connectedAt).toEqual([]);
    expect(sockets.size).toBe(0);
  });

  it('closes the socket that it forgets', async () => {
    const socket = sockets.get(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    sockets.forget(snapshot.conversationId);

    expect(socket.reason).toBe('closed');
    expect(sockets.size).toBe(0);
  });

  it('closes all sockets at shutdown, ends no conversation and resumes none', async () => {
    sockets.get(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    const sent = server.last.sent.length;
    sockets.beforeApplicationShutdown();

    expect(server.last.isOpen).toBe(false);
    expect(server.last.sent).toHaveLength(sent);
    await expect(sockets.get(snapshot).untilLive(SIGNAL)).rejects.toMatchObject({
      code: 'upstream-unavailable',
    });
    expect(server.connections).toHaveLength(1);
    expect(sockets.size).toBe(0);
  });
});
