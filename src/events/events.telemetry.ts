import { Injectable, Logger } from '@nestjs/common';
import type { ShareRefusal } from '../common/limits/caller-bulkhead';
import { LogThrottle } from '../common/logging/log-throttle';
import { ExpiringCache } from '../common/expiring-cache';
import { Metrics } from '../metrics/metrics';
import type { Caller } from '../access/domain/caller';
import type { StreamEnd } from './domain/stream-end';

/** Interval of the log lines about a failure that may occur several times a second. */
const LOG_INTERVAL_MS = 60_000;
/** Callers with a log throttle of their own. */
const MAX_REFUSED_CALLERS = 2_000;

/** The metrics and log lines of event streams. */
@Injectable()
export class EventsTelemetry {
  private readonly log = new Logger('Events');
  private readonly drops;
  private readonly refusals;
  private readonly lost;
  private readonly publishFailures = new LogThrottle(LOG_INTERVAL_MS);
  private readonly readFailures = new LogThrottle(LOG_INTERVAL_MS);
  private readonly overShare = new ExpiringCache<LogThrottle>(LOG_INTERVAL_MS, MAX_REFUSED_CALLERS);
  private readonly overTotal = new LogThrottle(LOG_INTERVAL_MS);
  private isFeedFailing = false;
  private clients: () => number = () => 0;

  constructor(metrics: Metrics) {
    metrics.gauge('sse_clients', 'Event streams that are open in this process', () => this.clients());
    this.drops = metrics.counter('sse_dropped_total', 'Event streams that the service has ended by reason', [
      'reason',
    ]);
    this.refusals = metrics.counter(
      'sse_refused_total',
      'Event streams that were not begun: the share of their caller (share) or all places (total) are taken',
      ['reason'],
    );
    this.lost = metrics.counter(
      'ephemeral_events_lost_total',
      'Typing, activities and connection states that did not reach other replicas, by reason',
      ['reason'],
    );
  }

  watchClients(count: () => number): void {
    this.clients = count;
  }

  /** Counted each time, logged once a minute: per caller where it is over its share. */
  refused(reason: ShareRefusal, { name }: Caller): void {
    this.refusals.inc({ reason });
    const throttle =
      reason === 'total' ? this.overTotal : this.overShare.get(name, () => new LogThrottle(LOG_INTERVAL_MS));
    const message =
      reason === 'total'
        ? 'Event stream refused: no place left'
        : 'Event stream refused: share of the caller used up';
    throttle.say((count) => {
      this.log.warn({ message, caller: name, count });
    });
  }

  /** Streams that end by themselves, or by their client, are not logged. */
  ended(reason: StreamEnd, error?: unknown): void {
    if (reason === 'over' || reason === 'hung-up') return;
    this.drops.inc({ reason });
    if (reason === 'shutdown') return;
    if (reason === 'failed') this.log.warn({ message: 'Event stream failed', reason, error });
    else this.log.log({ message: 'Event stream ended by the service', reason });
  }

  /** Logs the first of several failures: the tail polls several times a second. */
  followingFailed(error: unknown): void {
    if (!this.isFeedFailing) this.log.warn({ message: 'Event feed read failed; streams wait', error });
    this.isFeedFailing = true;
  }

  following(): void {
    if (this.isFeedFailing) this.log.log('Event feed read recovered');
    this.isFeedFailing = false;
  }

  /** Counts events that overflowed the queue, or could not be published. */
  ephemeralLost(reason: 'overflow' | 'failed', count: number): void {
    this.lost.inc({ reason }, count);
  }

  ephemeralNotPublished(error: unknown): void {
    this.publishFailures.say((count) => {
      this.log.warn({ message: 'Ephemeral events not published', count, error });
    });
  }

  ephemeralNotRead(error: unknown): void {
    this.readFailures.say((count) => {
      this.log.warn({ message: 'Ephemeral events of other replicas not read', count, error });
    });
  }

  ephemeralNotPurged(error: unknown): void {
    this.log.warn({ message: 'Ephemeral events not purged; retried later', error });
  }

  ownerNotFound(error: unknown, conversationId: string): void {
    this.log.warn({
      message: 'Session owner lookup failed; ephemeral event dropped',
      conversationId,
      error,
    });
  }
}
