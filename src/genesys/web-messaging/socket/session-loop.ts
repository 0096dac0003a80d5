import { setMaxListeners } from 'node:events';
import { UpstreamRejectedError, UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import { RequestContext } from '../../../common/logging/request-context';
import { Spans } from '../../../common/tracing/spans';
import { onAbort } from '../../../common/time/on-abort';
import { pause } from '../../../common/time/pause';
import type { Credentials } from '../../../session/ports/guest-credentials';
import { EchoKeepalive } from '../connection/echo-keepalive';
import type { ConnectionEnd } from '../connection/guest-connection';
import type { RequestChannel } from '../connection/request-channel';
import type { ClientFrames } from '../frames/client-frame';
import type { SessionFacts } from '../frames/server-frame';
import type { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { SocketMessaging } from './socket-messaging';
import type { ExpiryTracker } from './expiry-tracker';
import type { Guest } from './guest';
import { isFault, ReconnectBackoff } from './reconnect-backoff';
import type { SessionStart } from './session-start';
import type { Notify, SocketState } from './socket-listener';
import { type Verdict, verdictOf, verdictOfFacts } from './verdict';

/** A connection over which the session is live. */
interface LiveConnection {
  readonly channel: RequestChannel;
  readonly echoes: EchoKeepalive;
  readonly facts: SessionFacts;
}

interface Opening {
  readonly deadlineAt: number;
  /** The span of the opening, if it is recorded. */
  readonly cause: string | undefined;
  failures: number;
}

const MAX_OPENING_FAILURES = 3;

/**
 * Keeps a session connected: connects, configures, waits for the connection to end and connects again, until the session
 * is over. It holds the state of the session, which no longer changes once it is `over`. An opening fails after three
 * attempts, or when the next one would come after its deadline; later, only the server ends the session.
 */
export class SessionLoop {
  /** Aborts when the session is over, with the cause. */
  readonly signal: AbortSignal;
  private readonly overController = new AbortController();
  private readonly backoff = new ReconnectBackoff();
  private currentState: SocketState = 'connecting';
  private overVerdict: Verdict | undefined;
  private waiters: (() => void)[] = [];
  private opening: Opening | undefined;
  private lastError: unknown;
  private connection: LiveConnection | undefined;

  constructor(
    private readonly guest: Guest,
    private readonly frames: ClientFrames,
    private readonly start: SessionStart,
    private readonly messaging: SocketMessaging,
    private readonly expiry: ExpiryTracker,
    private readonly telemetry: WebMessagingTelemetry,
    private readonly notify: Notify,
  ) {
    this.signal = this.overController.signal;
    // Every message in flight adds a listener, and removes it when it is done.
    setMaxListeners(0, this.signal);
  }

  get state(): SocketState {
    return this.currentState;
  }

  /** The verdict that ended the session; undefined while it is not over. */
  get verdict(): Verdict | undefined {
    return this.overVerdict;
  }

  /** The server's latest description of the session; undefined until it is configured. */
  get facts(): SessionFacts | undefined {
    return this.connection?.facts;
  }

  /** The current connection; undefined while the session is not live. */
  get live(): LiveConnection | undefined {
    return this.currentState === 'live' ? this.connection : undefined;
  }

  /** Begins a session that does not exist yet. */
  open(deadlineAt: number): void {
    this.opening = { deadlineAt, cause: Spans.traceparent ?? undefined, failures: 0 };
    void RequestContext.leave(() => this.run());
  }

  /** Resumes a session that exists. */
  resume(): void {
    this.moveTo('reconnecting');
    void RequestContext.leave(() => this.run());
  }

  /**
   * Configures the session again, over the same connection, as a guest that has logged in. A refusal changes nothing; when
   * the answer is lost, the next connection brings it.
   */
  async stepUp(channel: RequestChannel, credentials: Credentials): Promise<void> {
    const facts = await this.start.stepUp(channel, credentials);
    const verdict = verdictOfFacts(facts, { isResumed: true, isAuthenticated: true });
    if (verdict !== undefined) await this.finish(channel, verdict);
    this.signal.throwIfAborted();
    this.expiry.update(facts);
  }

  /** The server is about to close the connection in favour of another one of the same session. */
  contended(): void {
    this.backoff.contended();
  }

  /** Ends the session on this side, once; calls that wait reject with `cause`. */
  end(verdict: Verdict, cause: unknown): void {
    if (this.currentState === 'over') return;
    this.currentState = 'over';
    this.overVerdict = verdict;
    this.expiry.stop();
    this.overController.abort(cause);
    this.messaging.incoming.release();
    this.report(verdict, cause);
    this.notify((listener) => {
      listener.onState('over');
    });
    this.notify((listener) => {
      listener.onOver(verdict.reason);
    });
    this.wake();
  }

  /** Resolves when the session is live; rejects when it is over, or with the reason of the signal. */
  async untilLive(signal: AbortSignal): Promise<void> {
    while (this.currentState !== 'live') {
      this.signal.throwIfAborted();
      signal.throwIfAborted();
      await this.stateChange(signal);
    }
  }

  /** Resolves with the channel of the session when the session is live. */
  async liveChannel(signal: AbortSignal): Promise<RequestChannel> {
    await this.untilLive(signal);
    if (this.connection === undefined) throw new UpstreamUnavailableError();
    return this.connection.channel;
  }

  private async run(): Promise<void> {
    while (this.currentState !== 'over') {
      try {
        await this.waitToReconnect();
        await this.holdConnection();
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private async waitToReconnect(): Promise<void> {
    const { waitMs } = this.backoff;
    if (waitMs === 0) return;
    this.telemetry.reconnectingIn(waitMs, this.guest.conversationId, this.lastError);
    await pause(waitMs, this.signal);
  }

  /** Connects, and waits for the end of the connection. */
  private async holdConnection(): Promise<void> {
    const { channel, facts } = await Spans.measure(
      'guest-socket.connect',
      () => this.start.connect(this.signal),
      { kind: 'client', cause: this.opening?.cause },
    );
    // The session may have ended while its connection was configured.
    const stopListening = onAbort(this.signal, () => {
      channel.close();
    });
    try {
      if (!(await this.goLive(channel, facts))) return;
      const since = performance.now();
      this.lost(await channel.ended, performance.now() - since);
    } finally {
      channel.close();
      stopListening();
    }
  }

  /** Returns whether the session goes on over the channel. */
  private async goLive(channel: RequestChannel, configured: SessionFacts): Promise<boolean> {
    const isOpening = this.opening !== undefined;
    const facts = configured.readOnly && isOpening ? await this.start.startNew(channel) : configured;
    const { isAuthenticated } = this.start;
    const verdict = verdictOfFacts(facts, { isResumed: !isOpening, isAuthenticated });
    if (verdict !== undefined) {
      await this.finish(channel, verdict);
      return false;
    }
    if (channel.isOver) throw new UpstreamUnavailableError();
    this.opening = undefined;
    const echoes = new EchoKeepalive(channel, this.frames, (expiry) => {
      this.expiry.update(expiry);
    });
    this.connection = { channel, echoes, facts };
    this.expiry.update(facts);
    this.messaging.connected(channel, facts, isOpening);
    this.moveTo('live');
    return true;
  }

  private async finish(channel: RequestChannel, verdict: Verdict): Promise<void> {
    await this.messaging.finish(channel, verdict);
    this.end(verdict, new UpstreamRejectedError(verdict.reason === 'refused' ? 400 : 410));
  }

  private lost(end: ConnectionEnd, livedMs: number): void {
    this.messaging.incoming.lose();
    if (isFault(end)) this.end({ reason: 'refused' }, new UpstreamRejectedError(400));
    this.lastError = undefined;
    this.backoff.afterEnd(end, livedMs);
    this.moveTo('reconnecting');
  }

  private failed(error: unknown): void {
    this.lastError = error;
    this.backoff.afterFailure(error);
    const verdict = verdictOf(error);
    if (verdict !== undefined) this.end(verdict, error);
    else if (this.opening !== undefined && this.isHopeless(this.opening))
      this.end({ reason: 'closed' }, error);
  }

  private isHopeless(opening: Opening): boolean {
    opening.failures += 1;
    const isTooLate = performance.now() + this.backoff.waitMs >= opening.deadlineAt;
    return isTooLate || opening.failures >= MAX_OPENING_FAILURES;
  }

  private report({ reason, endCause }: Verdict, cause: unknown): void {
    const { conversationId } = this.guest;
    if (reason === 'refused') this.telemetry.refused(cause, conversationId);
    else this.telemetry.over(reason, conversationId, endCause);
  }

  private moveTo(state: 'live' | 'reconnecting'): void {
    if (this.currentState === 'over' || this.currentState === state) return;
    this.currentState = state;
    this.notify((listener) => {
      listener.onState(state);
    });
    if (state === 'live') this.wake();
  }

  private stateChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.waiters = this.waiters.filter((waiter) => waiter !== done);
        resolve();
      };
      this.waiters.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private wake(): void {
    for (const done of [...this.waiters]) done();
  }
}
