import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { Lease } from '../replica/ports/lease';
import { DeliveryWorker } from './delivery-worker';
import { DeliveryRateLimiter } from './delivery-rate-limiter';
import { RetrySchedule } from './domain/retry-schedule';
import type { EventSink } from './ports/event-sink';
import { OutboxStore } from './ports/outbox.store';
import { ReceiverHealth } from './receiver-health';
import { SinkRelay } from './sink-relay';
import { SyncTelemetry } from './sync.telemetry';

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
    const { outbox, clock, telemetry, config, lease } = this;
    const monotonic = (): number => performance.now();
    return new SinkRelay({
      sink: sink.name,
      outbox,
      worker: new DeliveryWorker(sink, outbox, clock, new RetrySchedule(config.firstRetryMs), telemetry),
      health: new ReceiverHealth(config.probeIntervalMs, monotonic),
      pace: new DeliveryRateLimiter(config.maxPerSecond, monotonic),
      clock,
      telemetry,
      lease,
    });
  }
}
