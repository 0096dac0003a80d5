import { UpstreamRejectedError, UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import { RequestContext } from '../../../common/logging/request-context';
import { onAbort } from '../../../common/time/on-abort';
import { pause } from '../../../common/time/pause';
import type { Credentials } from '../../../session/ports/guest-credentials';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import type { ConnectionEnd } from '../connection/guest-connection';
import type { RequestChannel } from '../connection/request-channel';
import { isFault, ReconnectPace } from './reconnect-backoff';
import { verdictOf, verdictOfFacts } from '../connection/refusal';
import type { SessionStart } from './session-start';
import type { Verdict } from './socket-listener';
import type { SocketStatus } from './socket-status';

/** What happens to the lines of a session, for those who use them. */
export interface SessionLoopListener {
  onFrame(frame: ServerFrame): void;
  /** `isFirst`: the session has just begun, and nothing can have been missed. */
  onLive(dialogue: RequestChannel, facts: SessionFacts, isFirst: boolean): void;
  /** The server will not go on: the last chance to use the line. */
  onRefused(dialogue: RequestChannel, verdict: Verdict): Promise<void>;
  onLost(): void;
  onWait(delayMs: number, error: unknown): void;
}

interface Opening {
  readonly deadlineAt: number;
  failures: number;
}

const MAX_OPENING_FAILURES = 3;

/**
 * Keeps a session on a line: connects, configures, waits for the line to end, and connects again, until the session is
 * over. An opening fails after three attempts, or when the next one would come after its deadline; later, only what
 * the server says ends the session.
 */
export class SessionLoop {
  private readonly pace = new ReconnectPace();
  private opening: Opening | undefined;
  private cause: unknown;

  constructor(
    private readonly status: SocketStatus,
    private readonly start: SessionStart,
    private readonly listener: SessionLoopListener,
  ) {}

  /** Begins a session that does not exist yet. */
  open(deadlineAt: number): void {
    this.opening = { deadlineAt, failures: 0 };
    void RequestContext.leave(() => this.run());
  }

  /** Goes on with a session that exists. */
  resume(): void {
    this.status.moveTo('reconnecting');
    void RequestContext.leave(() => this.run());
  }

  /**
   * Goes on as a guest who has logged in, over the line that is there. What the server refuses changes nothing; when its
   * answer is lost, the next line brings it.
   */
  async stepUp(dialogue: RequestChannel, credentials: Credentials): Promise<void> {
    const facts = await this.start.stepUp(dialogue, credentials);
    const verdict = verdictOfFacts(facts, { isResumed: true, isAuthenticated: true });
    if (verdict !== undefined) await this.part(dialogue, verdict);
    this.status.signal.throwIfAborted();
    this.status.expires(facts);
  }

  /** The server closed the line in favour of another one of the same session. */
  contended(): void {
    this.pace.contended();
  }

  private async run(): Promise<void> {
    while (this.status.state !== 'over') {
      try {
        await this.wait();
        await this.attempt();
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private async wait(): Promise<void> {
    const { waitMs } = this.pace;
    if (waitMs === 0) return;
    this.listener.onWait(waitMs, this.cause);
    await pause(waitMs, this.status.signal);
  }

  /** From one connection to its end. */
  private async attempt(): Promise<void> {
    const { signal } = this.status;
    const { dialogue, facts } = await this.start.begin((frame) => {
      this.listener.onFrame(frame);
    }, signal);
    // The session may have ended since its line was configured.
    const stopListening = onAbort(signal, () => {
      dialogue.hangUp();
    });
    try {
      if (!(await this.isWelcome(dialogue, facts))) return;
      const since = performance.now();
      this.lost(await dialogue.ended, performance.now() - since);
    } finally {
      dialogue.hangUp();
      stopListening();
    }
  }

  private async isWelcome(dialogue: RequestChannel, given: SessionFacts): Promise<boolean> {
    const isOpening = this.opening !== undefined;
    const facts = given.readOnly && isOpening ? await this.start.startNew(dialogue) : given;
    const { isAuthenticated } = this.start;
    const verdict = verdictOfFacts(facts, { isResumed: !isOpening, isAuthenticated });
    if (verdict === undefined && !dialogue.isOver) {
      this.opening = undefined;
      this.listener.onLive(dialogue, facts, isOpening);
      this.status.moveTo('live');
      return true;
    }
    if (verdict === undefined) throw new UpstreamUnavailableError();
    await this.part(dialogue, verdict);
    return false;
  }

  private async part(dialogue: RequestChannel, verdict: Verdict): Promise<void> {
    await this.listener.onRefused(dialogue, verdict);
    this.status.end(verdict, new UpstreamRejectedError(verdict.reason === 'refused' ? 400 : 410));
  }

  private lost(ending: ConnectionEnd, livedMs: number): void {
    this.listener.onLost();
    if (isFault(ending)) this.status.end({ reason: 'refused' }, new UpstreamRejectedError(400));
    this.cause = undefined;
    this.pace.afterEnding(ending, livedMs);
    this.status.moveTo('reconnecting');
  }

  private failed(error: unknown): void {
    this.cause = error;
    this.pace.afterFailure(error);
    const verdict = verdictOf(error);
    if (verdict !== undefined) this.status.end(verdict, error);
    else if (this.opening !== undefined && this.isHopeless(this.opening))
      this.status.end({ reason: 'closed' }, error);
  }

  private isHopeless(opening: Opening): boolean {
    opening.failures += 1;
    const isTooLate = performance.now() + this.pace.waitMs >= opening.deadlineAt;
    return isTooLate || opening.failures >= MAX_OPENING_FAILURES;
  }
}
