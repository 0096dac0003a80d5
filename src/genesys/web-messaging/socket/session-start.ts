import { v4 as uuid } from 'uuid';
import {
  UpstreamError,
  UpstreamRejectedError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { onAbort } from '../../../common/time/on-abort';
import { pause } from '../../../common/time/pause';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { Credentials } from '../../../session/ports/guest-credentials';
import type { GuestConnectionFactory } from '../connection/guest-connection-factory';
import { RequestChannel } from '../connection/request-channel';
import type { ClientFrames, SessionRequest } from '../frames/client-frame';
import { omitUndefined } from '../../fields';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import type { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import { Mutex } from '../pacing/mutex';
import { SlidingWindow } from '../pacing/sliding-window';
import type { Guest } from './guest';
import { isFault } from './reconnect-backoff';

const CONFIGURE_TIMEOUT_MS = 5_000;
/** The platform's limit for a session. */
const CONFIGURES_PER_MINUTE = 60;
const WINDOW_MS = 63_000;

/** A channel over which the session is configured, and the server's description of the session. */
export interface ConfiguredSession {
  readonly channel: RequestChannel;
  readonly facts: SessionFacts;
}

/**
 * Connects and configures the session, once per call, within the platform's limits for deployment and session. A guest
 * that has logged in is configured as authenticated; an expired token is renewed up to three times.
 */
export class SessionStart {
  private readonly configures = new SlidingWindow(CONFIGURES_PER_MINUTE, WINDOW_MS);
  /** Serialises configures, so that each one knows the identity of the guest. */
  private readonly configureMutex = new Mutex();
  private mayExist = false;

  constructor(
    private readonly guest: Guest,
    private readonly frames: ClientFrames,
    private readonly connections: GuestConnectionFactory,
    private readonly connectLimiter: ConnectRateLimiter,
    private readonly handle: (frame: ServerFrame) => void,
  ) {}

  /** Whether the server may have the session: it was asked for one and did not refuse. */
  get mayHaveSession(): boolean {
    return this.mayExist;
  }

  /** Whether the session was last configured for an authenticated guest. */
  get isAuthenticated(): boolean {
    return this.guest.identity.isKnown;
  }

  /** Rejects with an `UpstreamError` or the reason of the signal; the connection is closed then. */
  async connect(signal: AbortSignal): Promise<ConfiguredSession> {
    await pause(Math.ceil(this.configures.waitMs), signal);
    const channel = await this.openChannel(signal);
    const stopListening = onAbort(signal, () => {
      channel.close();
    });
    try {
      return { channel, facts: await this.configureMutex.run(() => this.configureFirst(channel), signal) };
    } catch (error) {
      const end = channel.isOver ? await channel.ended : undefined;
      channel.close();
      throw end !== undefined && isFault(end) ? new UpstreamRejectedError(400) : error;
    } finally {
      stopListening();
    }
  }

  /**
   * Configures the session again, over a live connection, for a guest that has just logged in. A refusal leaves everything
   * unchanged; without an answer the login stays offered, for the next connection.
   */
  stepUp(channel: RequestChannel, credentials: Credentials): Promise<SessionFacts> {
    const { identity } = this.guest;
    return this.configureMutex.run(async () => {
      if (channel.isOver) throw new UpstreamUnavailableError({ sent: false });
      await identity.offer(credentials);
      try {
        return await this.configure(channel, { startNew: false });
      } catch (error) {
        if (error instanceof UpstreamError && !error.mayHaveTakenEffect) await identity.withdraw();
        throw error;
      }
    }, channel.signal);
  }

  /** Closes a session whose conversation is read-only, and requests a new one over the same connection. */
  async startNew(channel: RequestChannel): Promise<SessionFacts> {
    await channel.request(this.frames.closeSession(uuid()), 'session', CONFIGURE_TIMEOUT_MS);
    return this.configure(channel, { startNew: true });
  }

  private async openChannel(signal: AbortSignal): Promise<RequestChannel> {
    await this.connectLimiter.acquire(signal);
    try {
      return await RequestChannel.connect(this.connections, this.handle, signal);
    } catch (error) {
      if (error instanceof UpstreamThrottledError) this.connectLimiter.close(error.hintMs);
      throw error;
    }
  }

  private async configureFirst(channel: RequestChannel): Promise<SessionFacts> {
    try {
      return await this.configure(channel, { startNew: false });
    } catch (error) {
      // A login without an answer is refused now: the guest has its former identity again.
      const isRefused = error instanceof GuestNotAuthenticatedError;
      if (isRefused && (await this.guest.identity.withdraw()))
        throw new UpstreamUnavailableError({ cause: error });
      throw error;
    }
  }

  private async configure(
    channel: RequestChannel,
    { startNew }: { startNew: boolean },
  ): Promise<SessionFacts> {
    const { identity } = this.guest;
    for (let renewals = 0; ; renewals += 1) {
      const authCode = await identity.token();
      try {
        const facts = await this.request(channel, { startNew, ...omitUndefined({ authCode }) });
        identity.accepted();
        return facts;
      } catch (error) {
        if (authCode === undefined) throw error;
        await identity.renew(error, renewals, channel.signal);
      }
    }
  }

  private async request(
    channel: RequestChannel,
    request: Omit<SessionRequest, 'deploymentId'>,
  ): Promise<SessionFacts> {
    this.configures.take();
    const before = this.mayExist;
    this.mayExist = true;
    const { deploymentId } = this.guest;
    const frame = this.frames.configureSession(uuid(), { deploymentId, ...request });
    try {
      const { facts } = await channel.request(frame, 'session', CONFIGURE_TIMEOUT_MS);
      if (!facts.connected) this.mayExist = before;
      return facts;
    } catch (error) {
      // An earlier attempt may have taken effect, even if this one was certainly refused.
      if (error instanceof UpstreamError && !error.mayHaveTakenEffect) this.mayExist = before;
      throw error;
    }
  }
}
