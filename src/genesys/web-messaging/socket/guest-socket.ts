import { v4 as uuid } from 'uuid';
import { UpstreamError, UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import { abortable } from '../../../common/time/abortable';
import { withAnySignal } from '../../../common/time/any-signal';
import type { Credentials } from '../../../session/ports/guest-credentials';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import type { SessionFacts } from '../frames/server-frame';
import { AutoStart } from './auto-start';
import { ConversationMessaging, type ConversationMessagingListener } from '../messages/conversation-messaging';
import type { RequestChannel } from '../connection/request-channel';
import { Echoes } from '../connection/echoes';
import { SafeSocketListener } from './safe-socket-listener';
import { ServerFrameHandler } from './server-frame-handler';
import type { Guest, SocketTools } from './guest';
import { SessionLoop, type SessionLoopListener } from './session-loop';
import { SessionStart } from './session-start';
import { OpeningAttributes } from '../messages/conversation-start';
import type { Sending } from '../messages/outgoing-messages';
import type { OverReason, SocketListener, SocketState, Verdict } from './socket-listener';
import { SocketStatus } from './socket-status';

const ANSWERED_WITHIN_MS = 5_000;

/**
 * One live guest session. It keeps one line to the server, connects again with the same token whenever that is lost,
 * and ends only when the server says that there is nothing to go on with, when the server refuses us, or when we
 * leave. A session that the server does not know any more is never silently begun anew.
 *
 * It is begun once, by `open` or by `resume`. Everything is bounded, and no timer outlives it.
 */
export class GuestSocket {
  private readonly frames: ClientFrames;
  private readonly owner: SocketListener;
  private readonly status: SocketStatus;
  private readonly start: SessionStart;
  private readonly loop: SessionLoop;
  private readonly autoStart: AutoStart;
  private readonly opening: OpeningAttributes;
  private readonly conversing: ConversationMessaging;
  private readonly hearing: ServerFrameHandler;
  private line:
    { readonly dialogue: RequestChannel; readonly echoes: Echoes; readonly facts: SessionFacts } | undefined;

  constructor(
    private readonly guest: Guest,
    private readonly tools: SocketTools,
    owner: SocketListener,
  ) {
    this.frames = new ClientFrames(guest.token, guest.context?.journeyContext);
    this.opening = new OpeningAttributes(guest.context?.customAttributes);
    this.owner = new SafeSocketListener(owner, (error) => {
      tools.telemetry.troubled('What a guest socket told could not be taken', error, guest.conversationId);
    });
    this.status = new SocketStatus(
      this.owner,
      tools.conversing.clock,
      tools.expiryWarningMs,
      (verdict, cause) => {
        this.settle(verdict, cause);
      },
    );
    this.start = new SessionStart(guest, this.frames, tools.lines, tools.pacer);
    this.loop = new SessionLoop(this.status, this.start, this.loopListener());
    this.autoStart = new AutoStart(this.frames, this.opening, (dialogue, frame) => {
      this.conversing.outgoing.tell(dialogue, frame);
    });
    this.conversing = new ConversationMessaging(
      this.frames,
      tools.conversing,
      this.conversingListener(),
      this.opening,
    );
    this.hearing = new ServerFrameHandler(this.status, this.conversing, this.autoStart, this.owner, () => {
      this.loop.contended();
    });
  }

  get state(): SocketState {
    return this.status.state;
  }

  /** Why it is over; undefined as long as it is not. */
  get reason(): OverReason | undefined {
    return this.status.reason;
  }

  /** The platform's own word for the end; undefined where it has none, and as long as the socket is not over. */
  get endCause(): string | undefined {
    return this.status.endCause;
  }

  /** Epoch milliseconds; undefined until the server has said it. */
  get expiresAt(): number | undefined {
    return this.status.expiresAt;
  }

  /** What the server said of the session when it was configured last. */
  get facts(): SessionFacts | undefined {
    return this.line?.facts;
  }

  /** The id of some message, by which the platform finds the conversation. */
  get anyMessageId(): string | undefined {
    return this.conversing.incoming.anyId;
  }

  /**
   * Begins a session and resolves once it is configured. Tries up to three times, not beyond `deadlineAt`; when it
   * rejects the socket is over, and an `UpstreamError` tells whether the server may have the session all the same.
   */
  async open(
    { autoStart, deadlineAt }: { readonly autoStart: boolean; readonly deadlineAt: number },
    signal: AbortSignal,
  ): Promise<SessionFacts> {
    if (autoStart) this.autoStart.want();
    this.loop.open(deadlineAt);
    try {
      await this.status.untilLive(signal);
    } catch (error) {
      this.leave();
      if (error instanceof UpstreamError) error.mayHaveTakenEffect = this.start.hasAsked;
      throw error;
    }
    if (this.line === undefined) throw new UpstreamUnavailableError();
    return this.line.facts;
  }

  /**
   * Goes on with a session that was begun elsewhere, for as long as it takes. What stands in its history is handed
   * over first: which of it was handed over before is for the owner to know.
   */
  resume(): void {
    this.conversing.incoming.lose();
    this.loop.resume();
  }

  /** Resolves when what was said before the line is known, or cannot be known for now; never rejects. */
  get caughtUp(): Promise<unknown> {
    return this.conversing.gap.settled;
  }

  /** Rejects when the socket is over, or with the reason of the signal. */
  untilLive(signal: AbortSignal): Promise<void> {
    return this.status.untilLive(signal);
  }

  /**
   * The heartbeat: an echo, 30 seconds or more after the last one on the line. Resolves with whether it was answered
   * within 10 seconds; rejects without a line, and with the reason of the signal.
   */
  async echo(signal: AbortSignal): Promise<boolean> {
    if (this.state !== 'live' || this.line === undefined) throw new UpstreamUnavailableError({ sent: false });
    return abortable(this.line.echoes.echo(), signal);
  }

  /** See `OutgoingMessages.say`. */
  say(message: OutgoingMessage, sending: Sending, signal: AbortSignal): Promise<GuestMessage> {
    return withAnySignal([signal, this.status.signal], (either) =>
      this.conversing.outgoing.say(message, sending, either),
    );
  }

  /** See `Uploads.upload`. */
  upload(file: FileToUpload, signal: AbortSignal): Promise<string> {
    return withAnySignal([signal, this.status.signal], (either) =>
      this.conversing.uploads.upload(file, either),
    );
  }

  /** Tells that the guest types. Nothing happens when that was told a moment ago, or there is no line. */
  typing(): void {
    if (this.state === 'live' && this.line !== undefined) this.conversing.outgoing.typing(this.line.dialogue);
  }

  /** Goes on as a guest who has logged in. See `SessionLoop.stepUp`; rejects when the socket is over. */
  async stepUp(credentials: Credentials, signal: AbortSignal): Promise<void> {
    const dialogue = await this.live(signal);
    await abortable(this.loop.stepUp(dialogue, credentials), signal);
  }

  /** Ends the conversation as a guest may. Rejects when the deployment does not allow it. */
  async clear(signal: AbortSignal): Promise<void> {
    const dialogue = await this.live(signal);
    const cleared = dialogue.ask(this.frames.clear(uuid()), 'message', ANSWERED_WITHIN_MS);
    await this.conclude('cleared', abortable(cleared, signal));
  }

  /** Ends the session with all its connections; what becomes of the conversation is left to the platform. */
  async closeSession(signal: AbortSignal): Promise<void> {
    const dialogue = await this.live(signal);
    const closed = dialogue.ask(this.frames.closeSession(uuid()), 'session', ANSWERED_WITHIN_MS);
    await this.conclude('closed', abortable(closed, signal));
  }

  /** Hangs up for good; the conversation goes on without us. */
  leave(): void {
    this.end('closed');
  }

  private loopListener(): SessionLoopListener {
    return {
      onFrame: (frame) => {
        this.hearing.hear(frame);
      },
      onLive: (dialogue, facts, isFirst) => {
        this.goLive(dialogue, facts, isFirst);
      },
      onRefused: (dialogue, verdict) => this.partFrom(dialogue, verdict),
      onLost: () => {
        this.conversing.incoming.lose();
      },
      onWait: (delayMs, error) => {
        this.tools.telemetry.reconnectingIn(delayMs, this.guest.conversationId, error);
      },
    };
  }

  private conversingListener(): ConversationMessagingListener {
    return {
      live: (signal) => this.live(signal),
      onMessage: (message) => {
        if (carriesAttributes(message)) this.opening.arrived();
        this.owner.onMessage(message);
      },
      onHistory: (dialogue, history) => {
        this.autoStart.onHistory(dialogue, history.length === 0);
      },
      onHistoryFailed: (error) => {
        this.tools.telemetry.historyFailed(error, this.guest.conversationId);
      },
    };
  }

  private goLive(dialogue: RequestChannel, facts: SessionFacts, isFirst: boolean): void {
    const echoes = new Echoes(dialogue, this.frames, (expiry) => {
      this.status.expires(expiry);
    });
    this.line = { dialogue, echoes, facts };
    this.status.expires(facts);
    if (facts.autoStarted) this.autoStart.isDone();
    this.autoStart.onLive(dialogue, facts);
    if (isFirst && facts.newSession) return;
    if (isFirst) this.conversing.incoming.lose();
    this.conversing.gap.fill(dialogue);
  }

  private async partFrom(dialogue: RequestChannel, { reason }: Verdict): Promise<void> {
    // A session that nobody meant to begin.
    if (reason === 'gone') dialogue.tell(this.frames.closeSession(uuid()));
    // What the agent said last is worth reading.
    if (reason !== 'agent-ended') return;
    this.conversing.gap.fill(dialogue);
    await this.conversing.gap.settled;
  }

  /** The last that happens before the owner hears that it is over. */
  private settle({ reason, endCause }: Verdict, cause: unknown): void {
    this.conversing.incoming.release();
    if (reason === 'refused') this.tools.telemetry.refused(cause, this.guest.conversationId);
    else this.tools.telemetry.over(reason, this.guest.conversationId, endCause);
  }

  private async conclude(reason: OverReason, concluded: Promise<unknown>): Promise<void> {
    try {
      await concluded;
    } catch (error) {
      // The event that tells of the end may come before the answer, and the end of the line with it.
      if (this.reason !== reason) throw error;
    }
    this.end(reason);
  }

  private async live(signal: AbortSignal): Promise<RequestChannel> {
    await this.status.untilLive(signal);
    if (this.line === undefined) throw new UpstreamUnavailableError();
    return this.line.dialogue;
  }

  private end(reason: OverReason, cause: Error = new UpstreamUnavailableError()): void {
    this.status.end({ reason }, cause);
  }
}

/** Everything of the guest but typing and the events of the platform itself. */
function carriesAttributes({ direction, type, events }: GuestMessage): boolean {
  if (direction !== 'Inbound') return false;
  return type !== 'Event' || events.some((event) => event.kind === 'presence' && event.presence === 'Join');
}
