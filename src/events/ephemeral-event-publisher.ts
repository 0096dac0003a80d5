import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Loop } from '../common/time/loop';
import { Lease } from '../replica/ports/lease';
import type { EphemeralEvent } from './domain/stream-event';
import { EventsTelemetry } from './events.telemetry';
import { EphemeralEventBus } from './ports/ephemeral-event-bus';

const PAUSE_MS = 250;
const MAX_WAITING = 1_000;

/**
 * Publishes the ephemeral events of this replica to the others, in order: those of 250 ms in one write. A
 * batch that cannot be written is lost, and so is the oldest event when more than 1,000 wait. A single replica publishes nothing.
 */
@Injectable()
export class EphemeralEventPublisher implements OnApplicationBootstrap, OnModuleDestroy {
  private waiting: EphemeralEvent[] = [];
  private hasFailed = false;
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.publish(),
    (error) => {
      this.telemetry.ephemeralNotPublished(error);
    },
  );

  constructor(
    private readonly bus: EphemeralEventBus,
    private readonly lease: Lease,
    private readonly telemetry: EventsTelemetry,
  ) {}

  /** Whether there may be other replicas. */
  get isNeeded(): boolean {
    return this.lease.isShared;
  }

  onApplicationBootstrap(): void {
    if (this.isNeeded) this.loop.startLater();
  }

  /** Publishes the rest, unless the last batch failed: a stop has no time to wait for the database twice. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    if (this.hasFailed) return;
    await this.publish().catch((error: unknown) => {
      this.telemetry.ephemeralNotPublished(error);
    });
  }

  add(event: EphemeralEvent): void {
    if (!this.isNeeded) return;
    this.waiting.push(event);
    if (this.waiting.length <= MAX_WAITING) return;
    this.waiting.shift();
    this.telemetry.ephemeralLost('overflow', 1);
  }

  private async publish(): Promise<void> {
    const events = this.waiting;
    if (events.length === 0) return;
    this.waiting = [];
    try {
      // Other replicas may hold the sessions of the events when the lease is in doubt (fencing).
      this.lease.assertValid();
      await this.bus.publish(events);
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      this.telemetry.ephemeralLost('failed', events.length);
      throw error;
    }
  }
}
