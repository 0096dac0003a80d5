import { Injectable } from '@nestjs/common';
import { UpstreamError, UpstreamTimeoutError } from '../common/errors/upstream.errors';
import { Clock } from '../common/time/clock';
import { withDeadline } from '../common/time/deadline';
import { SessionConfig } from '../config/session.config';
import type { Session } from './domain/session';
import { SessionChangedError, SessionEndedWhileOpeningError } from './domain/session.errors';
import { GuestChannels } from './ports/guest-channels';
import { SessionStore } from './ports/session.store';
import { SessionTelemetry } from './session.telemetry';

/** The answer of the upstream to an opening, as it came. */
export type UpstreamAnswer = Readonly<Record<string, unknown>>;

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
   * free, and the trouble is thrown.
   */
  async openUpstream(session: Session, signal: AbortSignal): Promise<UpstreamAnswer> {
    try {
      return await this.openInTime(session, signal);
    } catch (error) {
      this.telemetry.openingFailed(error);
      await this.abandon(session, error);
      throw error;
    }
  }

  /**
   * Makes the session `active`. When it was ended meanwhile (a caller or the sweeper gave it up), whoever ended it
   * also closes the conversation, and `SessionEndedWhileOpeningError` is thrown.
   */
  async activate(session: Session): Promise<void> {
    session.activate(this.clock.now());
    try {
      await this.sessions.save(session);
      this.telemetry.openedIn(this.clock.now() - session.snapshot.createdAt);
    } catch (error) {
      this.telemetry.openingFailed(error);
      throw error instanceof SessionChangedError ? new SessionEndedWhileOpeningError() : error;
    }
  }

  private openInTime({ snapshot }: Session, parent: AbortSignal): Promise<UpstreamAnswer> {
    const deadlineAt = snapshot.createdAt + this.config.openDeadlineMs;
    return withDeadline(deadlineAt - this.clock.now(), parent, async (signal, isOver) => {
      try {
        return await this.channels.get(snapshot.channel).open(snapshot, deadlineAt, signal);
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private async abandon(session: Session, error: unknown): Promise<void> {
    const outcomeUnknown = !(error instanceof UpstreamError) || error.mayHaveTakenEffect;
    const code = error instanceof UpstreamError ? error.code : 'internal';
    session.fail('open-failed', this.clock.now(), { code, outcomeUnknown });
    try {
      await this.sessions.save(session);
    } catch (saveError) {
      // Given up by somebody else already. Any other trouble replaces the upstream's: the row stays `connecting`
      // and the sweeper closes it once the database is back.
      if (!(saveError instanceof SessionChangedError)) throw saveError;
    }
  }
}
