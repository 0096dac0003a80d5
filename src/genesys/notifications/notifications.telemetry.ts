import { Injectable, Logger } from '@nestjs/common';
import { BoundedMap } from '../../common/bounded-map';
import { LogThrottle } from '../../common/logging/log-throttle';
import { NotificationsConfig } from '../../config/notifications.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import type { PlatformEvent } from '../platform-events/event-envelope';
import type { RejectedTopic } from './notification-requests';
import { queueOf } from './queue-topic';

/**
 * The cause of a new connection. `failed`: an attempt to connect or to subscribe; `gone`: the platform has no such channel
 * any more; `roll-over`: the planned change to a new channel.
 */
export type ReconnectReason =
  'closed' | 'silent' | 'garbage' | 'ours' | 'socket-closing' | 'gone' | 'failed' | 'roll-over';

const REPEAT_INTERVAL_MS = 10_000;
/** Rejected topics that are remembered, so that each is reported once. */
const MAX_REPORTED = 20_000;
/** Permissions such as `routing:queue:view`: other texts of the platform are not logged. */
const PERMISSION = /^[a-zA-Z]+(:[a-zA-Z*]+){1,3}$/;
const MAX_PERMISSIONS = 10;

/** Metrics, log lines and the detail of readiness of the notification channels. None of them has an id of a channel. */
@Injectable()
export class NotificationsTelemetry {
  private readonly log = new Logger('Notifications');
  private readonly reconnects;
  private readonly gaps;
  private readonly events;
  private readonly lost;
  private readonly rejectedTopics;
  private readonly droppedTopics;
  private readonly listenerFailures;
  private readonly reported = new BoundedMap<string, true>(MAX_REPORTED);
  private readonly failureLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly leaseLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly refreshLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly listenerLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly droppedLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private isOwner = false;
  private connected = 0;
  private topics = 0;

  constructor(metrics: Metrics, health: HealthChecks, config: NotificationsConfig) {
    metrics.gauge('notification_owner', '1 while this replica owns the notification channels', () =>
      Number(this.isOwner),
    );
    metrics.gauge('notification_channels_connected', 'Connected notification channels', () => this.connected);
    metrics.gauge('notification_topics', 'Topics of the notification channels', () => this.topics);
    this.reconnects = metrics.counter(
      'notification_reconnects_total',
      'New connections of notification channels by cause',
      ['reason'],
    );
    this.gaps = metrics.counter(
      'notification_gaps_total',
      'Times without events of the notification channels',
    );
    this.events = metrics.counter(
      'notification_events_total',
      'Frames of the notification channels: detail, snapshot, or the reason why a frame was ignored',
      ['kind'],
    );
    this.lost = metrics.counter(
      'notification_events_dropped_total',
      'Events that were dropped because too many waited for their processing',
    );
    this.rejectedTopics = metrics.counter(
      'notification_topics_rejected_total',
      'Topics that Genesys Cloud has rejected, each once',
    );
    this.droppedTopics = metrics.counter(
      'notification_topics_dropped_total',
      'Topics that found no place in the allowed channels',
    );
    this.listenerFailures = metrics.counter(
      'notification_listener_failures_total',
      'Events and gaps whose processing failed',
    );
    if (config.channels > 0) health.inform('notifications', () => this.detail());
  }

  ownerIs(isOwner: boolean): void {
    if (this.isOwner === isOwner) return;
    this.isOwner = isOwner;
    this.log.log({ message: isOwner ? 'Notification channels claimed' : 'Notification channels released' });
  }

  /** Another replica may own the channels already, so that this one has closed its connections. */
  leaseLost(): void {
    this.log.warn({ message: 'Notification lease lost' });
  }

  leaseFailed(error: unknown): void {
    this.leaseLog.say((count) => {
      this.log.warn({ message: 'Notification lease renewal failed; retrying', count, error });
    });
  }

  refreshFailed(error: unknown): void {
    this.refreshLog.say((count) => {
      this.log.warn({ message: 'Notification topics refresh failed; retrying', count, error });
    });
  }

  connectionOpened(): void {
    this.connected += 1;
  }

  connectionEnded(): void {
    this.connected -= 1;
  }

  reconnecting(reason: ReconnectReason, delayMs: number): void {
    this.reconnects.inc({ reason });
    this.log.debug({ message: 'Notification channel reconnecting', reason, delayMs });
  }

  failed(reason: 'gone' | 'failed', error: unknown, delayMs: number): void {
    this.reconnects.inc({ reason });
    this.failureLog.say((count) => {
      this.log.warn({
        message: 'Notification channel failed; retrying',
        reason,
        delayMs: Math.round(delayMs),
        count,
        error,
      });
    });
  }

  gap(): void {
    this.gaps.inc();
  }

  received(event: PlatformEvent): void {
    this.events.inc({ kind: event.kind === 'ignored' ? event.reason : event.kind });
  }

  dropped(): void {
    this.lost.inc();
    this.droppedLog.say((count) => {
      this.log.warn({ message: 'Notification queue full: events dropped', count });
    });
  }

  topicsAre(count: number): void {
    this.topics = count;
  }

  topicsDropped(count: number): void {
    if (count === 0) return;
    this.droppedTopics.inc(count);
    const setting = 'GENESYS_NOTIFICATION_CHANNELS';
    this.log.warn({ message: 'Notification topics dropped: too few channels', count, setting });
  }

  /** Each topic is reported once, with a line for those of one answer. */
  topicsRejected(topics: readonly RejectedTopic[]): void {
    const fresh = topics.filter(({ topic }) => !this.reported.has(topic));
    const [first] = fresh;
    if (first === undefined) return;
    for (const { topic } of fresh) this.reported.set(topic, true);
    this.rejectedTopics.inc(fresh.length);
    const permissions = permissionsOf(fresh.flatMap(({ missingPermissions }) => missingPermissions));
    this.log.warn({
      message: 'Notification topics rejected by Genesys Cloud',
      queueId: queueOf(first.topic),
      count: fresh.length,
      reason: permissions === '' ? 'unknown' : `missing permissions: ${permissions}`,
    });
  }

  /** `reason` names the condition; it holds no text of the platform but permissions. */
  topicUnavailable(reason: string): void {
    this.log.warn({ message: 'Notification topic of queues unavailable', reason });
  }

  topicRequires(permissions: readonly string[]): void {
    const reason = permissionsOf(permissions);
    if (reason !== '') this.log.log({ message: 'Notification topic of queues requires permissions', reason });
  }

  availabilityUnknown(error: unknown): void {
    this.log.warn({ message: 'Available notification topics unknown', error });
  }

  listenerFailed(error: unknown): void {
    this.listenerFailures.inc();
    this.listenerLog.say((count) => {
      this.log.error({ message: 'Notification listener failed', count, error });
    });
  }

  private detail(): Readonly<Record<string, string>> {
    return {
      role: this.isOwner ? 'owner' : 'standby',
      ...(this.isOwner && { channels: String(this.connected), topics: String(this.topics) }),
    };
  }
}

function permissionsOf(words: readonly string[]): string {
  const permissions = new Set(words.filter((word) => word.length <= 100 && PERMISSION.test(word)));
  return [...permissions].slice(0, MAX_PERMISSIONS).join(', ');
}
