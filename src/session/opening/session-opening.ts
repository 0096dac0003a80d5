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

/** The steps of an opening from its reservation to its activation. */
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
   * Opens the conversation, within the deadline for openings. After a failure the session is `failed` and its slot
   * free, and the error is thrown and stored for its key: unless it certainly had no effect upstream, or this process
   * aborted the opening because it stops, or because its lease is not valid.
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
   * Takes over an opening that its process has abandoned, for this replica to hold, and restarts its deadline. Throws
   * `SessionChangedError` when it is over, or another replica took it over first.
   */
  async takeOver(conversationId: string, holder: string): Promise<Session> {
    const session = await this.sessions.find(conversationId);
    if (session?.restart(this.clock.now(), holder) !== true) throw new SessionChangedError();
    await this.sessions.save(session);
    return session;
  }

  /**
   * Makes the session `active`. When a caller or the sweeper has ended it meanwhile, the same also closes the
   * conversation, and `SessionEndedWhileOpeningError` is thrown. The answer, made of the session as it will be saved, is
   * stored for its key and returned.
   */
  async activate(
    session: Session,
    opened: Opened,
    answerOf?: (session: Session) => OpenedAnswer,
  ): Promise<OpenedAnswer | undefined> {
    const begunAt = session.snapshot.startedAt;
    session.activate(this.clock.now(), opened);
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
    // The deadline is on the monotonic clock.
    const deadlineAt = performance.now() + leftMs;
    return withDeadline(
      leftMs,
      parent,
      (signal) => this.channels.get(snapshot.channel).open(conversation, deadlineAt, signal),
      (cause) => new UpstreamTimeoutError({ cause }),
    );
  }

  private async abandon(session: Session, error: unknown, keyOutcome: KeyDisposition): Promise<void> {
    const outcomeUnknown = !(error instanceof UpstreamError) || error.mayHaveTakenEffect;
    const code = error instanceof UpstreamError ? error.code : 'internal';
    const endCause = error instanceof UpstreamError ? error.refusal : undefined;
    session.fail('open-failed', this.clock.now(), { code, outcomeUnknown, endCause });
    try {
      await this.sessions.save(session, keyOutcome);
    } catch (saveError) {
      // The session was ended already. Any other error replaces that of the upstream: the row stays `connecting`, and
      // the sweeper closes it once the database is back.
      if (!(saveError instanceof SessionChangedError)) throw saveError;
    }
  }
}

function isWorthRepeating(error: unknown): boolean {
  // The database is unavailable for the moment; a conversation that was opened nevertheless is closed.
  if (error instanceof StorageUnavailableError) return true;
  return error instanceof UpstreamError && !error.mayHaveTakenEffect;
}
