import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Loop } from '../../common/time/loop';
import { NotificationsConfig } from '../../config/notifications.config';
import { LiveQueues } from '../ports/live-queues';
import { NotificationChannelStore } from '../ports/notification-channel.store';
import { ChannelPool } from './channel-pool';
import { NotificationServices } from './notification-services';
import { NotificationStreams } from './notification-streams';
import { TopicAvailability } from './topic-availability';

const LEASE_TTL_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** Interval at which the other replicas try to take the lease. */
const CLAIM_EVERY_MS = 1_000;
/** Time before the end of the lease at which its owner stops: another replica may take it at the end. */
const MARGIN_MS = 2_000;

/**
 * Runs the notification channels on exactly one replica, which has the lease for all of them.
 *
 *   standby ── lease claimed ──▶ owner ── not renewed in time, or taken by another replica ──▶ standby
 *
 * The lease is trusted by the monotonic clock, from the start of the last successful renewal. When that time is over, the
 * connections are closed at once, whether or not a renewal is in progress. After a kill another replica owns the channels
 * within 11 seconds; a replica that stops releases them.
 */
@Injectable()
export class NotificationOwner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly id = randomUUID();
  private readonly stopping = new AbortController();
  private readonly loop: Loop;
  private streams: NotificationStreams | undefined;
  private trust: NodeJS.Timeout | undefined;
  private renewAt = -Infinity;
  /** The end of all earlier ownerships. */
  private ending: Promise<unknown> = Promise.resolve();
  private checking: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: NotificationsConfig,
    private readonly store: NotificationChannelStore,
    private readonly queues: LiveQueues,
    private readonly availability: TopicAvailability,
    private readonly services: NotificationServices,
  ) {
    this.loop = new Loop(
      CLAIM_EVERY_MS,
      () => this.claim(),
      (error) => {
        services.telemetry.leaseFailed(error);
      },
    );
  }

  onApplicationBootstrap(): void {
    if (this.config.channels > 0) this.loop.start();
  }

  /** Closes the connections before it releases the lease, so that two replicas never use a channel. */
  async onModuleDestroy(): Promise<void> {
    if (this.config.channels === 0) return;
    this.stopping.abort();
    const completeUntil = this.streams?.completeUntil;
    this.stopStreams();
    await this.loop.stop();
    await Promise.all([this.ending, this.checking, this.services.events.stop()]);
    await this.release(completeUntil);
  }

  private async claim(): Promise<void> {
    if (this.streams !== undefined && performance.now() < this.renewAt) return;
    // An earlier ownership of this replica must not change the stored channels any more.
    if (this.streams === undefined) await this.ending;
    const startedAt = performance.now();
    const lease = await this.store.claim(this.id, LEASE_TTL_MS, this.streams?.completeUntil);
    if (lease === undefined) {
      if (this.stopStreams()) this.services.telemetry.leaseLost();
      return;
    }
    const trustMs = startedAt + LEASE_TTL_MS - MARGIN_MS - performance.now();
    if (trustMs <= 0 || this.stopping.signal.aborted) return;
    this.renewAt = startedAt + RENEW_EVERY_MS;
    this.trustFor(trustMs);
    if (this.streams === undefined) this.begin(lease.liveAt);
  }

  private trustFor(ms: number): void {
    clearTimeout(this.trust);
    this.trust = setTimeout(() => {
      if (this.stopStreams()) this.services.telemetry.leaseLost();
    }, ms);
  }

  private begin(liveAt: number): void {
    const { services, config, queues, store } = this;
    const pool = new ChannelPool(this.id, config.channels, store, services.requests, services.clock);
    this.streams = new NotificationStreams(pool, queues, config, services, liveAt);
    this.streams.start();
    services.telemetry.ownerIs(true);
    this.checking = this.availability.check(this.stopping.signal);
  }

  /** Closes all connections; returns whether this replica was the owner. */
  private stopStreams(): boolean {
    clearTimeout(this.trust);
    const { streams } = this;
    if (streams === undefined) return false;
    this.streams = undefined;
    this.ending = Promise.all([this.ending, streams.stop()]);
    this.services.telemetry.ownerIs(false);
    return true;
  }

  private async release(completeUntil: number | undefined): Promise<void> {
    try {
      await this.store.release(this.id, completeUntil);
    } catch (error) {
      this.services.telemetry.leaseFailed(error);
    }
  }
}
