import { Injectable } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import type { Loss } from '../../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { type EndReason, upstreamEndReasonOf } from '../domain/session-state';
import { ALL_SESSIONS, canAccess, type AccessScope } from '../domain/access-scope';
import type { Session } from '../domain/session';
import { SessionNotFoundError } from '../domain/session.errors';
import { SessionDisconnector } from './session-disconnector';
import { SessionTelemetry } from '../session.telemetry';
import { SessionWriter } from './session-writer';

/**
 * The one place that ends sessions, exactly once each: of several causes in the same instant the first one counts
 * and the others change nothing.
 */
@Injectable()
export class SessionEnding {
  constructor(
    private readonly writer: SessionWriter,
    private readonly heartbeats: HeartbeatService,
    private readonly disconnector: SessionDisconnector,
    private readonly telemetry: SessionTelemetry,
    private readonly drain: Drain,
  ) {}

  /**
   * Ends a session: first in our books, with the slot freed, then upstream. Resolves after the first attempt to
   * disconnect, with the session as it then is: final, or still `terminating` while the disconnect is retried. A
   * session that is still being opened becomes `failed`, and what was opened is closed. A session that is out of reach
   * is left alone, and `SessionNotFoundError` thrown.
   */
  async end(conversationId: string, reason: EndReason, scope: AccessScope = ALL_SESSIONS): Promise<Session> {
    const { session, changed } = await this.writer.apply(conversationId, (found, now) => {
      if (!canAccess(scope, found)) throw new SessionNotFoundError({ isOutOfReach: true });
      return found.end(reason, now) || found.fail(reason, now, { outcomeUnknown: true });
    });
    this.heartbeats.stop(conversationId);
    if (!changed) return session;
    this.telemetry.ended(session);
    return this.disconnectNow(session);
  }

  /** Ends a session at its duration limit; does nothing when that was moved while it was on its way here. */
  async expire(conversationId: string): Promise<void> {
    const { session, changed } = await this.writer.apply(conversationId, (found, now) => found.expire(now));
    if (!changed) return;
    this.heartbeats.stop(conversationId);
    this.telemetry.ended(session);
    await this.disconnectNow(session);
  }

  /** The heartbeat reports a loss: the conversation is gone upstream, or it has failed too often. */
  async lost(conversationId: string, loss: Loss): Promise<void> {
    if (loss.cause === 'failures') {
      await this.endHeld(conversationId);
      return;
    }
    const { session, changed } = await this.writer.applyHeld(conversationId, (found, now) =>
      found.lose(upstreamEndReasonOf(loss.reason), now, loss.endCause),
    );
    this.heartbeats.stop(conversationId);
    if (changed) this.telemetry.ended(session);
  }

  /** Gives up an opening that nobody finishes any more; the sweeper closes what it may have opened. */
  async interrupt(conversationId: string): Promise<void> {
    const { session, changed } = await this.writer.apply(conversationId, (found, now) =>
      found.fail('interrupted', now, { outcomeUnknown: true }),
    );
    if (changed) this.telemetry.ended(session);
  }

  /** One attempt at an upstream disconnect that is due; resolves with the session as that left it. */
  retry(session: Session): Promise<Session> {
    // Another replica may have ended it.
    this.heartbeats.stop(session.conversationId);
    return this.disconnector.attempt(session, this.drain.signal);
  }

  private async endHeld(conversationId: string): Promise<void> {
    const { session, changed } = await this.writer.applyHeld(conversationId, (found, now) =>
      found.end('heartbeat-lost', now),
    );
    this.heartbeats.stop(conversationId);
    if (!changed) return;
    this.telemetry.ended(session);
    await this.disconnectNow(session);
  }

  private async disconnectNow(session: Session): Promise<Session> {
    // Out of time: the disconnect is due, and the next process finds it.
    if (this.drain.signal.aborted) return session;
    // Its holder finds that the disconnect is due.
    if (!this.writer.holds(session)) return this.disconnector.awaited(session, this.drain.signal);
    try {
      return await this.retry(session);
    } catch (error) {
      // The session is ended and its disconnect is due: the sweeper goes on where this attempt stopped.
      this.telemetry.troubled('The result of a disconnect could not be saved', error, session.conversationId);
      return this.writer.read(session.conversationId);
    }
  }
}
