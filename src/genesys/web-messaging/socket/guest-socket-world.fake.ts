import { SystemClock } from '../../../common/time/system-clock';
import { setMaxListeners } from 'node:events';
import type { SessionFacts } from '../frames/server-frame';
import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { FakeGuestCredentials } from '../../../session/ports/guest-credentials.fake';
import { FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { FakeGuestHistory } from '../history/guest-history.fake';
import { FakeGuestConnectionFactory } from '../connection/guest-connection-factory.fake';
import { ReadableMetrics } from '../../../metrics/readable-metrics.fake';
import { GuestIdentity } from '../login/guest-identity';
import { GuestLogin } from '../login/guest-login';
import { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import { FakeFileStorage } from '../upload/file-storage.fake';
import { GuestSocket } from './guest-socket';
import { FakeSocketListener } from './socket-listener.fake';

export const NOW = 1_800_000_000_000;
export const SIGNAL = new AbortController().signal;
setMaxListeners(0, SIGNAL);

/** One guest socket over a server in memory, under fake time. */
export class GuestSocketWorld {
  readonly metrics = new ReadableMetrics();
  readonly server = new FakeGuestConnectionFactory();
  readonly history = new FakeGuestHistory(() => this.server.messages);
  readonly storage = new FakeFileStorage();
  readonly listener = new FakeSocketListener();
  readonly connectLimiter = new ConnectRateLimiter();
  readonly http = new FakeGenesysHttpClient();
  readonly credentials = new FakeGuestCredentials();
  readonly socket = new GuestSocket(
    {
      conversationId: 'conversation',
      token: 'guest-token',
      deploymentId: 'dep-1',
      identity: new GuestIdentity('conversation', this.credentials, loginOver(this.http)),
    },
    {
      connections: this.server,
      connectLimiter: this.connectLimiter,
      history: this.history,
      storage: this.storage,
      clock: new SystemClock(),
      telemetry: new WebMessagingTelemetry(this.metrics),
      expiryWarningMs: 300_000,
    },
    this.listener,
  );

  /** Closes the socket. Throws when one of its timers is left. */
  async close(): Promise<void> {
    this.socket.leave();
    await this.pass(0);
    if (jest.getTimerCount() > 0) throw new Error(`${jest.getTimerCount()} timers are left`);
  }

  /** Opens the session and lets the fake time of all attempts pass. */
  async open(autoStart = false, deadlineAt = performance.now() + 30_000): Promise<SessionFacts> {
    const opened = this.socket.open({ autoStart, deadlineAt }, SIGNAL);
    opened.catch(() => undefined);
    await jest.advanceTimersByTimeAsync(20_000);
    return opened;
  }

  /** Resumes a session that exists. */
  async resume(): Promise<void> {
    this.server.begun();
    this.socket.resume();
    await this.pass(100);
  }

  async pass(ms: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(ms);
  }
}

function loginOver(http: FakeGenesysHttpClient): GuestLogin {
  const environment = new Environment();
  return new GuestLogin(http, new GenesysConfig(environment), new WebMessagingConfig(environment));
}
