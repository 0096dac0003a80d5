import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../../common/limits/single-flight';
import { Clock } from '../../common/time/clock';
import { jittered } from '../../common/time/jitter';
import { sleep } from '../../common/time/sleep';
import { SessionConfig } from '../../config/session.config';
import type { Session } from '../domain/session';
import { SessionChangedError, SessionNotFoundError } from '../domain/session.errors';
import type { DisconnectMeans } from '../domain/session-state';
import type { DisconnectOutcome } from '../ports/guest-channel';
import { GuestChannels } from '../ports/guest-channels';
import { SessionStore } from '../ports/session.store';
import { SessionTelemetry } from '../session.telemetry';

/** Time that a request waits for the holder of its session to disconnect it. */
const DISCONNECT_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 100;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Time after its deadline in which an opening may still take effect upstream. */
const LATE_ARRIVAL_MS = 10_000;

/**
 * Ends conversations upstream and brings their sessions to their final state. One attempt at a time per session;
 * a failed one is due again with back-off until the deadline, after which the session is final and unconfirmed.
 */
@Injectable()
export class UpstreamDisconnector {
  private readonly attempts = new SingleFlight<Session>();

  constructor(
    private readonly sessions: SessionStore,
    private readonly channels: GuestChannels,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * Makes one attempt, or joins the one in flight (single flight); resolves with the session after it. Rejects only when
   * the result cannot be saved; the disconnect is then due again.
   */
  attempt(session: Session, signal: AbortSignal): Promise<Session> {
    return this.attempts.run(session.conversationId, () => this.disconnect(session, signal));
  }

  /** Resolves with the session once its holder has disconnected it, or with its current state after five seconds. */
  async untilDisconnected({ conversationId }: Session, signal: AbortSignal): Promise<Session> {
    const givesUpAt = performance.now() + DISCONNECT_TIMEOUT_MS;
    for (;;) {
      const session = await this.sessions.find(conversationId);
      if (session === undefined) throw new SessionNotFoundError();
      const isSettled = session.snapshot.disconnect !== 'pending';
      if (isSettled || signal.aborted || performance.now() >= givesUpAt) return session;
      await sleep(POLL_INTERVAL_MS, signal);
    }
  }

  private async disconnect(session: Session, signal: AbortSignal): Promise<Session> {
    await this.try(session, signal);
    try {
      await this.sessions.save(session);
    } catch (error) {
      // Another caller or replica has settled this session meanwhile (optimistic lock): its result counts.
      if (!(error instanceof SessionChangedError)) throw error;
    }
    return session;
  }

  private async try(session: Session, signal: AbortSignal): Promise<void> {
    try {
      const channel = this.channels.get(session.snapshot.channel);
      const outcome = await channel.disconnect(session.snapshot, signal);
      this.telemetry.disconnectEnded(outcome.kind);
      const isPending =
        outcome.kind === 'accepted' || (outcome.kind === 'gone' && this.mayStillArrive(session));
      if (isPending) this.postpone(session);
      else session.settleDisconnect('confirmed', this.clock.now(), meansOf(outcome));
    } catch (error) {
      this.afterFailure(session, error);
    }
  }

  /** After the deadline the session is final, as after failed attempts. */
  private postpone(session: Session): void {
    const retryAt = this.retryAt(session);
    if (retryAt < this.deadlineOf(session)) {
      session.postponeDisconnect(retryAt);
      return;
    }
    session.settleDisconnect('unconfirmed', this.clock.now());
    this.telemetry.disconnectAbandoned(session.conversationId, undefined);
  }

  /** A failed opening may still reach Genesys after the disconnect that was meant to undo it. */
  private mayStillArrive({ state, snapshot }: Session): boolean {
    const latestMs = snapshot.startedAt + this.config.openDeadlineMs + LATE_ARRIVAL_MS;
    return state === 'failed' && this.clock.now() < latestMs;
  }

  private afterFailure(session: Session, error: unknown): void {
    const { conversationId } = session;
    const retryAt = this.retryAt(session);
    if (retryAt < this.deadlineOf(session)) {
      session.postponeDisconnect(retryAt);
      this.telemetry.disconnectFailed(conversationId, error, retryAt - this.clock.now());
    } else {
      session.settleDisconnect('unconfirmed', this.clock.now());
      this.telemetry.disconnectAbandoned(conversationId, error);
    }
  }

  private deadlineOf({ snapshot }: Session): number {
    return (snapshot.endedAt ?? 0) + this.config.disconnectDeadlineMs;
  }

  private retryAt({ snapshot }: Session): number {
    const backOffMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** snapshot.disconnectAttempts);
    return this.clock.now() + jittered(backOffMs);
  }
}

function meansOf(outcome: DisconnectOutcome): DisconnectMeans | undefined {
  return outcome.kind === 'confirmed' ? outcome.means : undefined;
}
