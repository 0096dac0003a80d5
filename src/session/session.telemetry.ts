import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../common/errors/domain.errors';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import type { BeatOutcome } from '../heartbeat/domain/heartbeat-plan';
import { FigureRecorder } from '../metrics/figure-recorder';
import { Metrics } from '../metrics/metrics';
import type { Session } from './domain/session';
import type { PolicyUnavailableError, SessionRefusedError } from './domain/session.errors';
import type { RequestedSession } from './ports/session-policy';
import { SessionStore } from './ports/session.store';

/** The business events of sessions: log line and counter side by side. */
@Injectable()
export class SessionTelemetry {
  private readonly log = new Logger('Session');
  private readonly opened;
  private readonly openDurations;
  private readonly refusals;
  private readonly endings;
  private readonly beats;
  private readonly lateness;
  private readonly disconnects;

  constructor(
    metrics: Metrics,
    sessions: SessionStore,
    heartbeats: HeartbeatService,
    private readonly figures: FigureRecorder,
  ) {
    this.opened = metrics.counter('sessions_created_total', 'Openings by outcome', ['outcome']);
    this.openDurations = metrics.histogram(
      'session_create_duration_seconds',
      'Time to open a session',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
    );
    this.refusals = metrics.counter('policy_refusals_total', 'Openings that a policy refused', [
      'policy',
      'outcome',
    ]);
    this.endings = metrics.counter('terminations_total', 'Ended sessions by reason', ['reason']);
    this.beats = metrics.counter('heartbeats_total', 'Heartbeats by result', ['result']);
    this.lateness = metrics.histogram(
      'heartbeat_lateness_seconds',
      'How much later than planned beats start',
      [0.005, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30],
    );
    this.disconnects = metrics.counter('upstream_disconnects_total', 'Upstream disconnects by outcome', [
      'outcome',
    ]);
    metrics.gauge('session_slots_in_use', 'Slots taken by live sessions', () => sessions.countLive());
    metrics.gauge('heartbeats_running', 'Heartbeats running in this process', () => heartbeats.running);
    figures.observeHeldSessions(() => heartbeats.running);
  }

  openedIn(durationMs: number): void {
    this.opened.inc({ outcome: 'ok' });
    this.openDurations.observe(durationMs / 1000);
    this.figures.sessionOpened();
  }

  openingFailed(error: unknown): void {
    const code = error instanceof DomainError ? error.code : 'internal';
    this.opened.inc({ outcome: code });
    this.figures.openingFailed(code);
  }

  /** The reason is no label, because policies may have any number of them. */
  refused({ policy, reason }: SessionRefusedError, { queueId, channel }: RequestedSession): void {
    this.refusals.inc({ policy, outcome: 'refused' });
    this.log.log({ message: 'Session refused by a policy', policy, reason, queueId, channel });
  }

  policyFailed({ policy, reason, cause }: PolicyUnavailableError): void {
    this.refusals.inc({ policy, outcome: reason });
    this.log.error({
      message: 'Session policy unavailable; opening refused',
      policy,
      reason,
      error: cause,
    });
  }

  ended(session: Session): void {
    const reason = session.snapshot.endReason ?? 'requested';
    this.endings.inc({ reason });
    this.figures.sessionEnded(reason);
  }

  beatEnded(outcome: BeatOutcome, latenessMs: number, conversationId: string): void {
    this.beats.inc({ result: outcome.kind });
    this.lateness.observe(latenessMs / 1000);
    this.figures.beatStarted(latenessMs);
    if (outcome.kind === 'ok') return;
    const cause = outcome.kind === 'gone' ? 'gone' : outcome.cause;
    this.log.debug({
      message: 'Heartbeat failed',
      conversationId,
      outcome: outcome.kind,
      reason: cause,
    });
  }

  disconnectEnded(outcome: 'confirmed' | 'gone' | 'accepted'): void {
    this.disconnects.inc({ outcome });
  }

  disconnectFailed(conversationId: string, error: unknown, delayMs: number): void {
    this.disconnects.inc({ outcome: 'failed' });
    this.log.warn({
      message: 'Upstream disconnect failed; retried later',
      conversationId,
      delayMs,
      error,
    });
  }

  disconnectAbandoned(conversationId: string, error: unknown): void {
    this.disconnects.inc({ outcome: 'unconfirmed' });
    this.log.error({
      message: 'Upstream disconnect never confirmed; check the conversation',
      conversationId,
      error,
    });
  }

  operationFailed(message: string, error: unknown, conversationId?: string): void {
    this.log.error({ message, error, ...(conversationId === undefined ? {} : { conversationId }) });
  }
}
