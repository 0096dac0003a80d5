import { Injectable } from '@nestjs/common';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamError, UpstreamTimeoutError } from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { withDeadline } from '../../common/time/deadline';
import { SessionConfig } from '../../config/session.config';
import { type KeyDisposition, type OpenedAnswer, problemKeptOf } from '../domain/stored-response';
import type { Login } from '../domain/login';
import type { Session } from '../domain/session';
import { SessionChangedError, SessionEndedWhileOpeningError } from '../domain/session.errors';
import type { Opened } from '../ports/guest-channel';
import { GuestChannels } from '../ports/guest-channels';
import { SessionStore } from '../ports/session.store';
import { SessionTelemetry } from '../session.telemetry';

/** The middle of opening a session: from its reservation to its activation. */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly sessions: SessionStore,
    private readonly channels: GuestChannels,
    private readonly clock: Clock,
    private readonly config: SessionConfig,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * Opens the conversation, within the deadline for openings. On any trouble the session is `failed` and its slot
   * free, and the trouble is thrown and kept for its key: unless it came to nothing upstream for certain, or this
   * process gave it up because it stops, or because it was no longer sure of what it holds.
   */
  async openUpstream(session: Session, signal: AbortSignal, login?: Login): Promise<Opened> {
    try {
      return await this.openInTime(session, login, signal);
    } catch (error) {
      this.telemetry.openingFailed(error);
      const isOver = !signal.aborted && !isWorthRepeating(error);
      await this.abandon(session, error, isOver ? problemKeptOf(error) : 'forgotten');
      throw error;
    }
  }

  /**
   * Takes over an opening that was left by whoever began it, for this replica to hold, and gives it all its time anew. Throws
   * `SessionChangedError` when it is over, or somebody else came first.
   */
  async takeOver(conversationId: string, holder: string): Promise<Session> {
    const session = await this.sessions.find(conversationId);
    if (session?.restart(this.clock.now(), holder) !== true) throw new SessionChangedError();
    await this.sessions.save(session);
    return session;
  }

  /**
   * Makes the session `active`. When it was ended meanwhile (a caller or the sweeper gave it up), whoever ended it
   * also closes the conversation, and `SessionEndedWhileOpeningError` is thrown. The answer that is made of the session
   * as it will be is kept for its key, and returned.
   */
  async activate(
    session: Session,
    { expiresAt, isAuthenticated }: Opened,
    answerOf?: (session: Session) => OpenedAnswer,
  ): Promise<OpenedAnswer | undefined> {
    const begunAt = session.snapshot.startedAt;
    session.activate(this.clock.now(), expiresAt, isAuthenticated);
    const answer = answerOf?.(session.onceSaved);
    try {
      await this.sessions.save(session, answer === undefined ? undefined : { opened: answer });
      this.telemetry.openedIn(this.clock.now() - begunAt);
      return answer;
    } catch (error) {
      this.telemetry.openingFailed(error);
      throw error instanceof SessionChangedError ? new SessionEndedWhileOpeningError() : error;
    }
  }

  private openInTime({ snapshot }: Session, login: Login | undefined, parent: AbortSignal): Promise<Opened> {
    const conversation = login === undefined ? snapshot : { ...snapshot, login };
    const leftMs = snapshot.startedAt + this.config.openDeadlineMs - this.clock.now();
    // What is waited for here is told by the clock that never jumps.
    const deadlineAt = performance.now() + leftMs;
    return withDeadline(leftMs, parent, async (signal, isOver) => {
      try {
        return await this.channels.get(snapshot.channel).open(conversation, deadlineAt, signal);
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private async abandon(session: Session, error: unknown, keyOutcome: KeyDisposition): Promise<void> {
    const outcomeUnknown = !(error instanceof UpstreamError) || error.mayHaveTakenEffect;
    const code = error instanceof UpstreamError ? error.code : 'internal';
    const endCause = error instanceof UpstreamError ? error.refusal : undefined;
    session.fail('open-failed', this.clock.now(), { code, outcomeUnknown, endCause });
    try {
      await this.sessions.save(session, keyOutcome);
    } catch (saveError) {
      // Given up by somebody else already. Any other trouble replaces the upstream's: the row stays `connecting`
      // and the sweeper closes it once the database is back.
      if (!(saveError instanceof SessionChangedError)) throw saveError;
    }
  }
}

function isWorthRepeating(error: unknown): boolean {
  // The database is away for the moment; what may have been opened all the same is closed.
  if (error instanceof StorageUnavailableError) return true;
  return error instanceof UpstreamError && !error.mayHaveTakenEffect;
}
