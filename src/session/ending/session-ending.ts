import { Injectable } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import type { Loss } from '../../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { type EndReason, upstreamEndReasonOf } from '../domain/session-state';
import type { PlatformFact } from '../domain/platform-fact';
import { ALL_SESSIONS, canAccess, type AccessScope } from '../domain/access-scope';
import type { Session } from '../domain/session';
import { SessionNotFoundError } from '../domain/session.errors';
import { GuestChannels } from '../ports/guest-channels';
import { UpstreamDisconnector } from './upstream-disconnector';
import { SessionTelemetry } from '../session.telemetry';
import { SessionUpdater, type WrittenSession } from './session-updater';

/**
 * The one place that ends sessions, exactly once each: of several causes in the same instant the first one counts
 * and the others change nothing.
 */
@Injectable()
export class SessionEnding {
  constructor(
    private readonly writer: SessionUpdater,
    private readonly heartbeats: HeartbeatService,
    private readonly disconnector: UpstreamDisconnector,
    private readonly channels: GuestChannels,
    private readonly telemetry: SessionTelemetry,
    private readonly drain: Drain,
  ) {}

  /**
   * Ends a session: first in the store, which frees its slot, then upstream. Resolves after the first attempt to
   * disconnect, with the session as it then is: final, or still `terminating` while the disconnect is retried. A
   * session that is still being opened becomes `failed`, and the conversation that was opened is closed. Throws
   * `SessionNotFoundError`, also for a session outside `scope`, which is left alone.
   */
  async end(conversationId: string, reason: EndReason, scope: AccessScope = ALL_SESSIONS): Promise<Session> {
    return this.endUpstream(
      await this.writer.apply(conversationId, (found, now) => {
        if (!canAccess(scope, found)) throw new SessionNotFoundError({ isOutOfReach: true });
        return found.end(reason, now) || found.fail(reason, now, { outcomeUnknown: true });
      }),
    );
  }

  /** Ends a session at its duration limit; changes nothing when the limit was moved in the meantime. */
  async expire(conversationId: string): Promise<void> {
    await this.endUpstream(await this.writer.apply(conversationId, (found, now) => found.expire(now)));
  }

  /** The heartbeat reports a loss: the conversation is gone upstream, or too many beats in a row have failed. */
  async lost(conversationId: string, loss: Loss): Promise<void> {
    const written = await this.writer.applyHeld(conversationId, (found, now) =>
      loss.cause === 'failures'
        ? found.end('heartbeat-lost', now)
        : found.lose(upstreamEndReasonOf(loss.reason), now, loss.endCause),
    );
    // Also when another replica holds the session by now; not before the write, because the next beat repeats a failed one.
    this.heartbeats.stop(conversationId);
    if (loss.cause === 'failures') await this.endUpstream(written);
    else this.record(written);
  }

  /**
   * Stores facts that Genesys Cloud reports, and ends the session with the conversation. Where the guest's side outlives
   * it upstream, the holder of the session disconnects that. Returns whether anything changed.
   */
  async observe(
    conversationId: string,
    genesysConversationId: string,
    facts: readonly PlatformFact[],
  ): Promise<boolean> {
    const ends = { isNow: false };
    const written = await this.writer.apply(conversationId, (found, now) => {
      const { isLive, snapshot } = found;
      const options = { keepsGuest: this.channels.get(snapshot.channel).keepsGuest };
      const isIdentified = found.identifyUpstream(genesysConversationId);
      const changes = facts.filter((fact) => found.observe(fact, now, options));
      ends.isNow = isLive && !found.isLive;
      return isIdentified || changes.length > 0;
    });
    if (ends.isNow) this.record(written);
    return written.changed;
  }

  /** Ends an opening that no request continues; the sweeper closes the conversation that it may have opened. */
  async interrupt(conversationId: string): Promise<void> {
    this.record(
      await this.writer.apply(conversationId, (found, now) =>
        found.fail('interrupted', now, { outcomeUnknown: true }),
      ),
    );
  }

  /** One attempt at an upstream disconnect that is due; resolves with the session as that left it. */
  retry(session: Session): Promise<Session> {
    // Another replica may have ended it.
    this.heartbeats.stop(session.conversationId);
    return this.disconnector.attempt(session, this.drain.signal);
  }

  private async endUpstream(written: WrittenSession): Promise<Session> {
    this.record(written);
    return written.changed ? this.disconnectNow(written.session) : written.session;
  }

  /** Stops the heartbeat of a session that is over, and counts the end once. */
  private record({ session, changed }: WrittenSession): void {
    if (session.state !== 'active') this.heartbeats.stop(session.conversationId);
    if (changed) this.telemetry.ended(session);
  }

  private async disconnectNow(session: Session): Promise<Session> {
    // The process stops: the disconnect is due, and the next process finds it.
    if (this.drain.signal.aborted) return session;
    // Its holder finds that the disconnect is due.
    if (!this.writer.holds(session)) return this.disconnector.untilDisconnected(session, this.drain.signal);
    try {
      return await this.retry(session);
    } catch (error) {
      // The session is ended and its disconnect is due: the sweeper retries it.
      this.telemetry.operationFailed('Disconnect result not saved', error, session.conversationId);
      return this.writer.read(session.conversationId);
    }
  }
}
