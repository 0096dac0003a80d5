import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { jittered } from '../common/time/jitter';
import { Loop } from '../common/time/loop';
import { Lease } from '../replica/ports/lease';
import type { EphemeralEvent } from './domain/stream-event';
import { EventsTelemetry } from './events.telemetry';
import { type EphemeralEventBatch, EphemeralEventBus, SHOWN_FOR_MS } from './ports/ephemeral-event-bus';

const BATCH = 50;
/** Each process looks at a pace of its own, from 250 to 500 ms. */
const PAUSE_MS = 375;
const PAUSE_SHARE = 1 / 3;

/** Receives the ephemeral events of other replicas; must not throw. */
export interface EphemeralEventListener {
  pass(event: EphemeralEvent): void;
}

interface Place {
  readonly number: number;
  readonly readAt: number;
}

/**
 * The one reader of other replicas' ephemeral events, for all streams of this process. Everybody who has joined is
 * told every event once, and those of a replica in the order in which it noticed them, within a second; nothing is told
 * that was published before anybody had joined. It rests while nobody listens, and where nothing is shared.
 */
@Injectable()
export class EphemeralEventSubscriber implements OnModuleDestroy {
  private readonly listeners = new Set<EphemeralEventListener>();
  private readonly places = new Map<string, Place>();
  private joinedAt = 0;
  private readonly loop = new Loop(
    jittered(PAUSE_MS, PAUSE_SHARE),
    () => this.read(),
    (error) => {
      this.telemetry.ephemeralNotRead(error);
    },
  );

  constructor(
    private readonly exchange: EphemeralEventBus,
    private readonly lease: Lease,
    private readonly telemetry: EventsTelemetry,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  join(listener: EphemeralEventListener): void {
    this.listeners.add(listener);
    if (this.listeners.size > 1 || !this.lease.isShared) return;
    this.joinedAt = performance.now();
    this.loop.start();
  }

  leave(listener: EphemeralEventListener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) void this.loop.stop();
  }

  private async read(): Promise<void> {
    while (this.listeners.size > 0) {
      this.forgetOldPlaces();
      const numbers = new Map([...this.places].map(([source, { number }]) => [source, number]));
      const batches = await this.exchange.after(numbers, BATCH);
      for (const batch of batches) this.tell(batch);
      if (batches.length < BATCH) return;
    }
  }

  private tell({ source, number, ageMs, events }: EphemeralEventBatch): void {
    const now = performance.now();
    this.places.set(source, { number, readAt: now });
    if (ageMs > now - this.joinedAt) return;
    for (const event of events) for (const listener of this.listeners) listener.pass(event);
  }

  /** Where nothing was read for so long, what was read is shown no more. */
  private forgetOldPlaces(): void {
    const before = performance.now() - 2 * SHOWN_FOR_MS;
    for (const [source, { readAt }] of this.places) if (readAt < before) this.places.delete(source);
  }
}
