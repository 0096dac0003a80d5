import { Injectable, Logger } from '@nestjs/common';
import type { ShareRefusal } from '../common/limits/caller-shares';
import { LogThrottle } from '../common/logging/log-throttle';
import { ExpiringCache } from '../common/expiring-cache';
import { Metrics } from '../metrics/metrics';
import type { Caller } from '../access/domain/caller';
import type { StreamEnd } from './domain/stream-end';

/** How often a trouble is told that may come up several times a second. */
const TOLD_EVERY_MS = 60_000;
/** Callers whose refusals are remembered, so that each is logged once a minute. */
const MAX_REFUSED_CALLERS = 2_000;

/** What operators hear of event streams. */
@Injectable()
export class EventsTelemetry {
  private readonly log = new Logger('Events');
  private readonly drops;
  private readonly refusals;
  private readonly lost;
  private readonly notTold = new LogThrottle(TOLD_EVERY_MS);
  private readonly notHeard = new LogThrottle(TOLD_EVERY_MS);
  private readonly overShare = new ExpiringCache<LogThrottle>(TOLD_EVERY_MS, MAX_REFUSED_CALLERS);
  private readonly overTotal = new LogThrottle(TOLD_EVERY_MS);
  private isInTrouble = false;
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
    const seldom =
      reason === 'total' ? this.overTotal : this.overShare.get(name, () => new LogThrottle(TOLD_EVERY_MS));
    const message =
      reason === 'total'
        ? 'Event stream refused: no place left'
        : 'Event stream refused: share of the caller used up';
    seldom.say((count) => {
      this.log.warn({ message, caller: name, count });
    });
  }

  /** What ends by itself, or by its caller, is no news. */
  ended(reason: StreamEnd, error?: unknown): void {
    if (reason === 'over' || reason === 'hung-up') return;
    this.drops.inc({ reason });
    if (reason === 'shutdown') return;
    if (reason === 'failed') this.log.warn({ message: 'An event stream had to be ended', reason, error });
    else this.log.log({ message: 'An event stream was ended', reason });
  }

  /** Told once per trouble: the feed is looked at several times a second. */
  followingFailed(error: unknown): void {
    if (!this.isInTrouble)
      this.log.warn({ message: 'Events cannot be read: streams wait until they can', error });
    this.isInTrouble = true;
  }

  following(): void {
    if (this.isInTrouble) this.log.log('Events can be read again');
    this.isInTrouble = false;
  }

  /** Too many waited, or they could not be written. */
  ephemeralLost(reason: 'overflow' | 'failed', count: number): void {
    this.lost.inc({ reason }, count);
  }

  ephemeralNotPublished(error: unknown): void {
    this.notTold.say((count) => {
      this.log.warn({ message: 'Ephemeral events not published', count, error });
    });
  }

  ephemeralNotRead(error: unknown): void {
    this.notHeard.say((count) => {
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
