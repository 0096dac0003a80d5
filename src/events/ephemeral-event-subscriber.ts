import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { jittered } from '../common/time/jitter';
import { Loop } from '../common/time/loop';
import { Lease } from '../replica/ports/lease';
import type { EphemeralEvent } from './domain/stream-event';
import { EventsTelemetry } from './events.telemetry';
import { type EphemeralEventBatch, EphemeralEventBus, SHOWN_FOR_MS } from './ports/ephemeral-event-bus';

const BATCH = 50;
/** Mean poll interval: each process has its own, from 250 to 500 ms. */
const PAUSE_MS = 375;
const PAUSE_SHARE = 1 / 3;

/** Receives the ephemeral events of other replicas; must not throw. */
export interface EphemeralEventListener {
  pass(event: EphemeralEvent): void;
}

interface Position {
  readonly number: number;
  readonly readAt: number;
}

/**
 * The one reader of other replicas' ephemeral events, for all streams of this process. Passes every event to every
 * listener once, those of a replica in the order of their publication, within a second; nothing that was published before
 * the first listener subscribed. It does not poll without listeners, nor when there can be no other replicas.
 */
@Injectable()
export class EphemeralEventSubscriber implements OnModuleDestroy {
  private readonly listeners = new Set<EphemeralEventListener>();
  private readonly positions = new Map<string, Position>();
  private subscribedAt = 0;
  private readonly loop = new Loop(
    jittered(PAUSE_MS, PAUSE_SHARE),
    () => this.read(),
    (error) => {
      this.telemetry.ephemeralNotRead(error);
    },
  );

  constructor(
    private readonly bus: EphemeralEventBus,
    private readonly lease: Lease,
    private readonly telemetry: EventsTelemetry,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  subscribe(listener: EphemeralEventListener): void {
    this.listeners.add(listener);
    if (this.listeners.size > 1 || !this.lease.isShared) return;
    this.subscribedAt = performance.now();
    this.loop.start();
  }

  unsubscribe(listener: EphemeralEventListener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) void this.loop.stop();
  }

  private async read(): Promise<void> {
    while (this.listeners.size > 0) {
      this.dropOldPositions();
      const numbers = new Map([...this.positions].map(([source, { number }]) => [source, number]));
      const batches = await this.bus.after(numbers, BATCH);
      for (const batch of batches) this.deliver(batch);
      if (batches.length < BATCH) return;
    }
  }

  private deliver({ source, number, ageMs, events }: EphemeralEventBatch): void {
    const now = performance.now();
    this.positions.set(source, { number, readAt: now });
    if (ageMs > now - this.subscribedAt) return;
    for (const event of events) for (const listener of this.listeners) listener.pass(event);
  }

  /** Drops the positions of replicas that published nothing for so long: their events are too old to be read again. */
  private dropOldPositions(): void {
    const before = performance.now() - 2 * SHOWN_FOR_MS;
    for (const [source, { readAt }] of this.positions) if (readAt < before) this.positions.delete(source);
  }
}
