import { SystemClock } from '../../common/time/system-clock';
import { RecordingLog } from '../../audit/recording-log.fake';
import { Environment } from '../../config/environment';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import { Metrics } from '../../metrics/metrics';
import { anActiveSession } from '../../session/domain/session.builder';
import { GuestSockets } from './guest-sockets';
import { FakeGuestHistory } from './history/guest-history.fake';
import { FakeGuestConnectionFactory } from './connection/guest-connection-factory.fake';
import { ConnectRateLimiter } from './pacing/connect-rate-limiter';
import { MessagingDependencies } from './socket/messaging-dependencies';
import { FakeSocketListener } from './socket/socket-listener.fake';
import { FakeFileStorage } from './upload/file-storage.fake';
import { WebMessagingTelemetry } from './web-messaging.telemetry';

const SIGNAL = new AbortController().signal;
const { snapshot } = anActiveSession();
let server: FakeGuestConnectionFactory;
let sockets: GuestSockets;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  server = new FakeGuestConnectionFactory().begun();
  sockets = new GuestSockets(
    server,
    new ConnectRateLimiter(),
    new MessagingDependencies(
      new FakeGuestHistory(() => server.messages),
      new FakeFileStorage(),
      new SystemClock(),
    ),
    new WebMessagingTelemetry(new Metrics()),
    new WebMessagingConfig(new Environment()),
  );
});
afterEach(() => {
  sockets.beforeApplicationShutdown();
  jest.useRealTimers();
});

describe(GuestSockets.name, () => {
  it('resumes a session once, and holds on to it', async () => {
    const socket = sockets.of(snapshot);
    await jest.advanceTimersByTimeAsync(100);

    expect(sockets.of(snapshot)).toBe(socket);
    expect(socket.state).toBe('live');
    expect(server.of('configureSession')).toEqual([
      expect.objectContaining({ token: snapshot.guestToken, startNew: false }),
    ]);
  });

  it('tells whoever follows what is said, by conversation', async () => {
    const owner = new FakeSocketListener();
    const asked: string[] = [];
    sockets.follow((conversationId) => {
      asked.push(conversationId);
      return owner;
    });
    sockets.of(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    server.write('Hello');
    await jest.advanceTimersByTimeAsync(100);

    expect(asked).toEqual([snapshot.conversationId]);
    expect(owner.texts).toEqual(['Hello']);
  });

  it('connects nothing for a session without a guest token, and ends no conversation', async () => {
    const socket = sockets.of({ ...snapshot, guestToken: '' });
    await jest.advanceTimersByTimeAsync(60_000);

    expect(socket.reason).toBe('closed');
    expect(server.connectedAt).toEqual([]);
    expect(sockets.size).toBe(0);
  });

  it('hangs up what it forgets', async () => {
    const socket = sockets.of(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    sockets.forget(snapshot.conversationId);

    expect(socket.reason).toBe('closed');
    expect(sockets.size).toBe(0);
  });

  it('hangs up at the end of the process, ends no conversation and resumes none', async () => {
    sockets.of(snapshot);
    await jest.advanceTimersByTimeAsync(100);
    const sent = server.last.sent.length;
    sockets.beforeApplicationShutdown();

    expect(server.last.isOpen).toBe(false);
    expect(server.last.sent).toHaveLength(sent);
    await expect(sockets.of(snapshot).untilLive(SIGNAL)).rejects.toMatchObject({
      code: 'upstream-unavailable',
    });
    expect(server.lines).toHaveLength(1);
    expect(sockets.size).toBe(0);
  });
});
