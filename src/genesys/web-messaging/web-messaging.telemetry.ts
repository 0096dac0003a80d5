import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../../common/logging/log-throttle';
import { Metrics } from '../../metrics/metrics';
import type { ConnectionEnd } from './connection/guest-connection';
import type { OverReason } from './socket/socket-listener';

/** The close codes that have a label of their own; whatever else a server makes up is `other`. */
const CODES: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013,
]);

/** What befalls one socket mostly befalls all of them: their number is told, and not each of them. */
const SAME_LINE_MS = 10_000;

/** What the guest sockets have to tell operators. Nothing here holds a token. */
@Injectable()
export class WebMessagingTelemetry {
  private readonly log = new Logger('WebMessaging');
  private readonly closed;
  private readonly unknown;
  private readonly malformed;
  private readonly refusals;
  private readonly waits;
  private readonly historyFailures;
  private readonly refusalLines = new LogThrottle(SAME_LINE_MS);
  private readonly historyLines = new LogThrottle(SAME_LINE_MS);
  private lines = 0;

  constructor(metrics: Metrics) {
    metrics.gauge('ws_connections', 'Open connections to the guest WebSocket', () => this.lines);
    this.closed = metrics.counter(
      'ws_closed_total',
      'Ended connections by close code, or silent, garbage or ours',
      ['code'],
    );
    this.unknown = metrics.counter('upstream_unknown_total', 'Frames of a class that nobody knows');
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

  lineOpened(): void {
    this.lines += 1;
  }

  lineEnded({ cause, code }: ConnectionEnd): void {
    this.lines -= 1;
    const label = CODES.has(code) ? String(code) : 'other';
    this.closed.inc({ code: cause === 'closed' ? label : cause });
  }

  unknownFrame(): void {
    this.unknown.inc();
  }

  /** The label holds known classes alone, so that its values stay few; `none` stands for the others. */
  malformedFrame(className = 'none'): void {
    this.malformed.inc({ class: className });
  }

  reconnectingIn(delayMs: number, conversationId: string, error: unknown): void {
    this.waits.observe(delayMs / 1000);
    this.log.debug({ message: 'A guest socket connects again', conversationId, delayMs, error });
  }

  over(reason: OverReason, conversationId: string, endCause?: string): void {
    this.log.log({ message: 'A guest socket is over', conversationId, reason, endCause });
  }

  /** A person must act: the deployment, its allowed domains or our frames are at fault. */
  refused(error: unknown, conversationId: string): void {
    this.refusals.inc();
    this.refusalLines.say((count) => {
      this.log.error({ message: 'Genesys Cloud refuses a guest socket', conversationId, count, error });
    });
  }

  /** The history could not be read; what was said meanwhile may be missing until the next try. */
  historyFailed(error: unknown, conversationId: string): void {
    this.historyFailures.inc();
    this.historyLines.say((count) => {
      const message = 'The history of a conversation could not be read';
      this.log.warn({ message, conversationId, count, error });
    });
  }

  /** Another beat tries again. */
  lookupFailed(error: unknown, conversationId: string): void {
    this.log.debug({ message: 'Lookup of a conversation id failed', conversationId, error });
  }

  troubled(message: string, error: unknown, conversationId: string): void {
    this.log.error({ message, error, conversationId });
  }
}
