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
import type { ClientFrames, SessionRequest } from '../frames/client-frame';
import { known } from '../frames/fields';
import type { SessionFacts } from '../frames/server-frame';
import type { GuestConnectionFactory } from '../connection/guest-connection-factory';
import type { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import { Mutex } from '../pacing/mutex';
import { SlidingWindow } from '../pacing/sliding-window';
import { RequestChannel, type FrameListener } from './request-channel';
import type { Guest } from './guest';
import { isFault } from './reconnect-pace';

const CONFIGURED_WITHIN_MS = 5_000;
/** The platform allows a session so many configures a minute. */
const CONFIGURES_PER_MINUTE = 60;
const WINDOW_MS = 63_000;

/** A line on which the session is configured, and what the server said of it. */
export interface ConfiguredSession {
  readonly dialogue: RequestChannel;
  readonly facts: SessionFacts;
}

/**
 * Connects and configures the session, once per call, within what the platform allows deployment and session. A guest
 * who has logged in is configured as such; a token that has run out is renewed up to three times.
 */
export class SessionStart {
  private readonly configures = new SlidingWindow(CONFIGURES_PER_MINUTE, WINDOW_MS);
  /** Whoever configures knows for certain who the guest is. */
  private readonly turns = new Mutex();
  private asked = false;

  constructor(
    private readonly guest: Guest,
    private readonly frames: ClientFrames,
    private readonly lines: GuestConnectionFactory,
    private readonly pacer: ConnectRateLimiter,
  ) {}

  /** Whether the server may have a session of ours: it was asked for one, and did not say no. */
  get hasAsked(): boolean {
    return this.asked;
  }

  /** Whether the guest has logged in, as the session was configured last. */
  get isAuthenticated(): boolean {
    return this.guest.identity?.isKnown === true;
  }

  /** Rejects with an `UpstreamError` or the reason of the signal; then there is no line. */
  async begin(hear: FrameListener, signal: AbortSignal): Promise<ConfiguredSession> {
    await pause(Math.ceil(this.configures.waitMs), signal);
    const dialogue = await this.connect(hear, signal);
    const stopListening = onAbort(signal, () => {
      dialogue.hangUp();
    });
    try {
      return { dialogue, facts: await this.turns.run(() => this.configureFirst(dialogue), signal) };
    } catch (error) {
      const ending = dialogue.isOver ? await dialogue.ended : undefined;
      dialogue.hangUp();
      throw ending !== undefined && isFault(ending) ? new UpstreamRejectedError(400) : error;
    } finally {
      stopListening();
    }
  }

  /**
   * Configures anew, over a line that lives, for a guest who has just logged in. A refusal leaves everything as it was;
   * without an answer the login stays on offer, for the next line.
   */
  stepUp(dialogue: RequestChannel, credentials: Credentials): Promise<SessionFacts> {
    const { identity } = this.guest;
    if (identity === undefined) throw new GuestNotAuthenticatedError();
    return this.turns.run(async () => {
      if (dialogue.isOver) throw new UpstreamUnavailableError({ sent: false });
      await identity.offer(credentials);
      try {
        return await this.configure(dialogue, { startNew: false });
      } catch (error) {
        if (error instanceof UpstreamError && !error.mayHaveTakenEffect) await identity.withdraw();
        throw error;
      }
    }, dialogue.signal);
  }

  /** Closes a session whose conversation takes no more messages, and asks for a new one over the same line. */
  async startNew(dialogue: RequestChannel): Promise<SessionFacts> {
    await dialogue.ask(this.frames.closeSession(uuid()), 'session', CONFIGURED_WITHIN_MS);
    return this.configure(dialogue, { startNew: true });
  }

  private async connect(hear: FrameListener, signal: AbortSignal): Promise<RequestChannel> {
    await this.pacer.acquire(signal);
    try {
      return await RequestChannel.begin(this.lines, hear, signal);
    } catch (error) {
      if (error instanceof UpstreamThrottledError) this.pacer.close(error.hintMs);
      throw error;
    }
  }

  private async configureFirst(dialogue: RequestChannel): Promise<SessionFacts> {
    try {
      return await this.configure(dialogue, { startNew: false });
    } catch (error) {
      // A login that nobody knew the fate of: it is refused, and the guest is who it was.
      const isRefused = error instanceof GuestNotAuthenticatedError;
      if (isRefused && (await this.guest.identity?.withdraw()) === true)
        throw new UpstreamUnavailableError({ cause: error });
      throw error;
    }
  }

  private async configure(
    dialogue: RequestChannel,
    { startNew }: { startNew: boolean },
  ): Promise<SessionFacts> {
    const { identity } = this.guest;
    for (let renewals = 0; ; renewals += 1) {
      const authCode = await identity?.token();
      try {
        const facts = await this.ask(dialogue, { startNew, ...known({ authCode }) });
        identity?.accepted();
        return facts;
      } catch (error) {
        if (identity === undefined || authCode === undefined) throw error;
        await identity.mend(error, renewals, dialogue.signal);
      }
    }
  }

  private async ask(
    dialogue: RequestChannel,
    request: Omit<SessionRequest, 'deploymentId'>,
  ): Promise<SessionFacts> {
    this.configures.take();
    const before = this.asked;
    this.asked = true;
    const { deploymentId } = this.guest;
    const frame = this.frames.configureSession(uuid(), { deploymentId, ...request });
    try {
      const { facts } = await dialogue.ask(frame, 'session', CONFIGURED_WITHIN_MS);
      if (!facts.connected) this.asked = before;
      return facts;
    } catch (error) {
      // What an earlier attempt may have done stays possible, however clearly this one was refused.
      if (error instanceof UpstreamError && !error.mayHaveTakenEffect) this.asked = before;
      throw error;
    }
  }
}
