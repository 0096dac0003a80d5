import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { Lease } from '../replica/ports/lease';
import { DeliveryWorker } from './delivery-worker';
import { DeliveryRateLimiter } from './delivery-rate-limiter';
import type { QueuedEvent } from './domain/delivery';
import { RetrySchedule } from './domain/retry-schedule';
import { InFlightDeliveries } from './in-flight-deliveries';
import type { DynamicSinks } from './ports/dynamic-sinks';
import type { EventSink } from './ports/event-sink';
import { OutboxStore } from './ports/outbox.store';
import { ReceiverHealth } from './receiver-health';
import type { SharedPlaces } from './shared-places';
import { SinkRelay } from './sink-relay';
import { SyncTelemetry } from './sync.telemetry';

const IN_FLIGHT = 64;
const POLL_MS = 500;
/** So that one of thousands of receivers cannot take all connections. */
const IN_FLIGHT_OF_MEMBER = 8;
const POLL_OF_MEMBER_MS = 30_000;

/** Builds the relay of a sink from the dependencies that all relays share. */
@Injectable()
export class SinkRelayFactory {
  constructor(
    readonly outbox: OutboxStore,
    readonly clock: Clock,
    readonly telemetry: SyncTelemetry,
    readonly config: SyncConfig,
    readonly lease: Lease,
  ) {}

  create(sink: EventSink): SinkRelay {
    const { outbox: queue, telemetry } = this;
    return this.relayTo(sink.name, { queue, sink, telemetry }, new InFlightDeliveries(IN_FLIGHT), POLL_MS);
  }

  /** Builds the relay of one member. It is told of deliveries that are due. */
  createFor<E extends QueuedEvent>(sinks: DynamicSinks<E>, name: string, places: SharedPlaces): SinkRelay<E> {
    return this.relayTo(name, sinks, new InFlightDeliveries(IN_FLIGHT_OF_MEMBER, places), POLL_OF_MEMBER_MS);
  }

  private relayTo<E extends QueuedEvent>(
    name: string,
    { queue: outbox, sink, telemetry }: Pick<DynamicSinks<E>, 'queue' | 'sink' | 'telemetry'>,
    inFlight: InFlightDeliveries,
    pollMs: number,
  ): SinkRelay<E> {
    const { clock, config, lease } = this;
    const monotonic = (): number => performance.now();
    return new SinkRelay({
      sink: name,
      outbox,
      worker: new DeliveryWorker(sink, outbox, clock, new RetrySchedule(config.firstRetryMs), telemetry),
      health: new ReceiverHealth(config.probeIntervalMs, monotonic),
      pace: new DeliveryRateLimiter(config.maxPerSecond, monotonic),
      clock,
      telemetry,
      lease,
      inFlight,
      pollMs,
    });
  }
}
