import { Module } from '@nestjs/common';
import { DeliveriesController } from './deliveries.controller';
import { DeliveriesQueries } from './deliveries.queries';
import { DeliveriesService } from './deliveries.service';
import { DynamicSinkRelays } from './dynamic-sink-relays';
import { OutboxRelay } from './outbox.relay';
import { SinkRelayFactory } from './sink-relay-factory';
import { DeliveryRetention } from './delivery-retention';
import { SinksController } from './sinks.controller';
import { SinksQueries } from './sinks.queries';
import { SinksService } from './sinks.service';
import { SinksTelemetry } from './sinks.telemetry';
import { SyncTelemetry } from './sync.telemetry';

/** Needs the stores of `ports/` the `EventSinks` and the `DynamicSinks` from the composition root. */
@Module({
  controllers: [DeliveriesController, SinksController],
  providers: [
    OutboxRelay,
    DynamicSinkRelays,
    SinkRelayFactory,
    DeliveryRetention,
    DeliveriesQueries,
    DeliveriesService,
    SinksQueries,
    SinksService,
    SinksTelemetry,
    SyncTelemetry,
  ],
})
export class SyncModule {}
