import { v4 as uuid } from 'uuid';
import { UpstreamError, UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import { abortable } from '../../../common/time/abortable';
import { withAnySignal } from '../../../common/time/any-signal';
import type { Credentials } from '../../../session/ports/guest-credentials';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import { refusalOf } from '../connection/refusal';
import { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import type { Sending } from '../messages/outgoing-messages';
import { SocketMessaging } from './socket-messaging';
import { ExpiryTracker } from './expiry-tracker';
import type { Guest, SocketServices } from './guest';
import { SessionLoop } from './session-loop';
import { SessionStart } from './session-start';
import type { Notify, SocketListener, SocketState } from './socket-listener';
import { type OverReason, verdictOfFrame, verdictOfReadOnly } from './verdict';

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * One live guest session. It keeps one connection to the server, reconnects with the same token whenever that is lost,
 * and ends only when the server says that the session has ended, when the server refuses it, or by `leave`. A session
 * that the server no longer knows is never silently replaced by a new one.
 *
 * It is started once, by `open` or by `resume`. Its buffers are bounded, and no timer outlives it.
 */
export class GuestSocket {
  private readonly frames: ClientFrames;
  private readonly expiry: ExpiryTracker;
  private readonly messaging: SocketMessaging;
  private readonly start: SessionStart;
  private readonly loop: SessionLoop;

  constructor(
    private readonly guest: Guest,
    private readonly services: SocketServices,
    private readonly listener: SocketListener,
  ) {
    const { connections, connectLimiter, clock, expiryWarningMs, telemetry } = services;
    const notify: Notify = (call) => {
      this.notify(call);
    };
    this.frames = new ClientFrames(guest.token, guest.context?.journeyContext);
    this.expiry = new ExpiryTracker(expiryWarningMs, clock, notify);
    this.messaging = new SocketMessaging(
      guest,
      services,
      this.frames,
      (signal) => this.loop.liveChannel(signal),
      notify,
    );
    this.start = new SessionStart(guest, this.frames, connections, connectLimiter, (frame) => {
      this.handle(frame);
    });
    this.loop = new SessionLoop(
      guest,
      this.frames,
      this.start,
      this.messaging,
      this.expiry,
      telemetry,
      notify,
    );
  }

  get state(): SocketState {
    return this.loop.state;
  }

  /** The reason why the socket is over; undefined while it is not. */
  get reason(): OverReason | undefined {
    return this.loop.verdict?.reason;
  }

  /** The platform's own term for the end; undefined where it has none, and while the socket is not over. */
  get endCause(): string | undefined {
    return this.loop.verdict?.endCause;
  }

  /** Epoch milliseconds; undefined until the server has stated an expiry. */
  get expiresAt(): number | undefined {
    return this.expiry.expiresAt;
  }

  /** The server's latest description of the session; undefined until it is configured. */
  get facts(): SessionFacts | undefined {
    return this.loop.facts;
  }

  /** The id of any message, by which the platform finds the conversation. */
  get anyMessageId(): string | undefined {
    return this.messaging.incoming.anyId;
  }

  /** Resolves when the messages before the connection are backfilled, or cannot be for now; never rejects. */
  get backfilled(): Promise<unknown> {
    return this.messaging.backfill.settled;
  }

  /**
   * Begins a session and resolves once it is configured, after up to three attempts and before `deadlineAt`. After a
   * rejection the socket is over, and an `UpstreamError` tells whether the server may have the session nevertheless.
   */
  async open(
    { autoStart, deadlineAt }: { readonly autoStart: boolean; readonly deadlineAt: number },
    signal: AbortSignal,
  ): Promise<SessionFacts> {
    if (autoStart) this.messaging.start.requestJoin();
    this.loop.open(deadlineAt);
    try {
      await this.loop.untilLive(signal);
    } catch (error) {
      this.leave();
      if (error instanceof UpstreamError) error.mayHaveTakenEffect = this.start.mayHaveSession;
      throw error;
    }
    if (this.facts === undefined) throw new UpstreamUnavailableError();
    return this.facts;
  }

  /**
   * Resumes a session that another process has begun, with as many attempts as it takes. The messages of its history are
   * handed over first; the listener has to recognise those that it already has.
   */
  resume(): void {
    this.messaging.incoming.lose();
    this.loop.resume();
  }

  /** Resolves when the socket is live; rejects when it is over, or with the reason of the signal. */
  untilLive(signal: AbortSignal): Promise<void> {
    return this.loop.untilLive(signal);
  }

  /**
   * Sends a heartbeat: an echo, 30 seconds or more after the last one on the connection. Resolves with whether it was
   * answered within 10 seconds; rejects without a connection, and with the reason of the signal.
   */
  async echo(signal: AbortSignal): Promise<boolean> {
    const { live } = this.loop;
    if (live === undefined) throw new UpstreamUnavailableError({ sent: false });
    return abortable(live.echoes.echo(), signal);
  }

  /** Sends a message as `OutgoingMessages.send` does, as long as the socket is not over. */
  send(message: OutgoingMessage, sending: Sending, signal: AbortSignal): Promise<GuestMessage> {
    return withAnySignal([signal, this.loop.signal], (either) =>
      this.messaging.outgoing.send(message, sending, either),
    );
  }

  /** Uploads a file as `Uploads.upload` does, as long as the socket is not over. */
  upload(file: FileToUpload, signal: AbortSignal): Promise<string> {
    return withAnySignal([signal, this.loop.signal], (either) => this.messaging.uploads.upload(file, either));
  }

  /** Sends that the guest types; without effect shortly after the last time, and without a connection. */
  typing(): void {
    const { live } = this.loop;
    if (live !== undefined) this.messaging.outgoing.sendTyping(live.channel);
  }

  /** Authenticates the guest during the session, see `SessionLoop.stepUp`. Rejects when the socket is over. */
  async stepUp(credentials: Credentials, signal: AbortSignal): Promise<void> {
    const channel = await this.loop.liveChannel(signal);
    await abortable(this.loop.stepUp(channel, credentials), signal);
  }

  /** Ends the conversation with the guest's means. Rejects when the deployment does not allow it. */
  async clear(signal: AbortSignal): Promise<void> {
    const channel = await this.loop.liveChannel(signal);
    const cleared = channel.request(this.frames.clear(uuid()), 'message', ANSWER_TIMEOUT_MS);
    await this.conclude('cleared', abortable(cleared, signal));
  }

  /** Ends the session with all its connections; the platform decides on the conversation. */
  async closeSession(signal: AbortSignal): Promise<void> {
    const channel = await this.loop.liveChannel(signal);
    const closed = channel.request(this.frames.closeSession(uuid()), 'session', ANSWER_TIMEOUT_MS);
    await this.conclude('closed', abortable(closed, signal));
  }

  /** Closes the connection for good; the conversation goes on. */
  leave(): void {
    this.loop.end({ reason: 'closed' }, new UpstreamUnavailableError());
  }

  /** Handles a frame that answers no request, a message or a refusal. */
  private handle(frame: ServerFrame): void {
    if (frame.kind === 'message') this.handleMessage(frame.message);
    else if (frame.kind === 'upload-succeeded' || frame.kind === 'upload-failed')
      this.messaging.uploads.handle(frame);
    else if (frame.kind === 'echo') this.expiry.update(frame.expiry);
    // Another client holds as many connections of the session as the platform allows.
    else if (frame.kind === 'connection-closed' && frame.reason !== 'signedIn') this.loop.contended();
    else {
      const verdict = verdictOfFrame(frame);
      if (verdict !== undefined) this.loop.end(verdict, refusalOf(frame) ?? new UpstreamUnavailableError());
    }
  }

  private handleMessage(message: GuestMessage): void {
    const { type, direction, events, isReadOnly } = message;
    this.messaging.start.started();
    if (type !== 'Event') this.expiry.prolong();
    if (type === 'Event' && direction === 'Outbound')
      for (const event of events)
        if (event.kind === 'typing')
          this.notify((listener) => {
            listener.onTyping(event.isOn, event.durationMs);
          });
    const isTypingAlone =
      type === 'Event' && events.length > 0 && events.every(({ kind }) => kind === 'typing');
    if (!isTypingAlone) this.messaging.incoming.take(message);
    // The messages that wait for the history are handed over first.
    if (isReadOnly)
      void this.backfilled.then(() => {
        this.loop.end(verdictOfReadOnly(message), new UpstreamUnavailableError());
      });
  }

  private async conclude(reason: OverReason, concluded: Promise<unknown>): Promise<void> {
    try {
      await concluded;
    } catch (error) {
      // The event of the end, and the end of the connection, may come before the answer.
      if (this.reason !== reason) throw error;
    }
    this.loop.end({ reason }, new UpstreamUnavailableError());
  }

  private notify(call: (listener: SocketListener) => void): void {
    try {
      call(this.listener);
    } catch (error) {
      this.services.telemetry.listenerFailed(error, this.guest.conversationId);
    }
  }
}
