import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../../common/logging/log-throttle';
import { Metrics } from '../../metrics/metrics';
import type { ConnectionEnd } from './connection/guest-connection';
import type { OverReason } from './socket/verdict';

/** Close codes with a label of their own; every other code is `other`. */
const CODES: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013,
]);

/** A failure of one socket mostly concerns all of them: a log line states their number, instead of one line for each. */
const REPEAT_INTERVAL_MS = 10_000;

/** Metrics and log lines of the guest sockets. None of them holds a token. */
@Injectable()
export class WebMessagingTelemetry {
  private readonly log = new Logger('WebMessaging');
  private readonly closed;
  private readonly unknown;
  private readonly malformed;
  private readonly refusals;
  private readonly waits;
  private readonly historyFailures;
  private readonly refusalLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly historyLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private connections = 0;

  constructor(metrics: Metrics) {
    metrics.gauge('ws_connections', 'Open connections to the guest WebSocket', () => this.connections);
    this.closed = metrics.counter(
      'ws_closed_total',
      'Ended connections by close code, or silent, garbage or ours',
      ['code'],
    );
    this.unknown = metrics.counter('upstream_unknown_total', 'Frames of an unknown class');
    this.malformed = metrics.counter(
      'upstream_malformed_total',
      'Frames that are JSON and lack a class or its content, and were skipped, by known class or none',
      ['class'],
    );
    this.refusals = metrics.counter(
      'ws_refused_total',
      'Guest sockets that Genesys Cloud refuses, which waiting does not mend',
    );
    this.waits = metrics.histogram(
      'ws_reconnect_wait_seconds',
      'How long guest sockets wait before they connect again',
      [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    );
    this.historyFailures = metrics.counter(
      'history_failures_total',
      'Histories of conversations that could not be read and are tried again',
    );
  }

  connectionOpened(): void {
    this.connections += 1;
  }

  connectionEnded({ cause, code }: ConnectionEnd): void {
    this.connections -= 1;
    const label = CODES.has(code) ? String(code) : 'other';
    this.closed.inc({ code: cause === 'closed' ? label : cause });
  }

  unknownFrame(): void {
    this.unknown.inc();
  }

  /** `className` is a known class, so that the values of the label are bounded; `none` stands for all others. */
  malformedFrame(className = 'none'): void {
    this.malformed.inc({ class: className });
  }

  reconnectingIn(delayMs: number, conversationId: string, error: unknown): void {
    this.waits.observe(delayMs / 1000);
    this.log.debug({ message: 'Guest socket reconnecting', conversationId, delayMs, error });
  }

  over(reason: OverReason, conversationId: string, endCause?: string): void {
    this.log.log({ message: 'Guest socket ended', conversationId, reason, endCause });
  }

  /** An operator must act: the deployment, its allowed domains or the frames of this service are at fault. */
  refused(error: unknown, conversationId: string): void {
    this.refusals.inc();
    this.refusalLog.say((count) => {
      this.log.error({ message: 'Guest socket refused by Genesys Cloud', conversationId, count, error });
    });
  }

  /** Messages may be missing until the next attempt. */
  historyFailed(error: unknown, conversationId: string): void {
    this.historyFailures.inc();
    this.historyLog.say((count) => {
      const message = 'Conversation history read failed';
      this.log.warn({ message, conversationId, count, error });
    });
  }

  /** The next beat retries. */
  lookupFailed(error: unknown, conversationId: string): void {
    this.log.debug({ message: 'Conversation id lookup failed', conversationId, error });
  }

  listenerFailed(error: unknown, conversationId: string): void {
    this.log.error({ message: 'Guest socket listener failed', error, conversationId });
  }
}
