import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { ConversationOwners } from './conversation-owners';
import { EventIdCipher } from './event-id-cipher';
import { EventStreams } from './event-streams';
import { EventTail } from './event-tail';
import { EventsController } from './events.controller';
import { EventsService } from './events.service';
import { EventsTelemetry } from './events.telemetry';
import { EphemeralEventProducer } from './ephemeral-event-producer';
import { EphemeralEventPublisher } from './ephemeral-event-publisher';
import { EphemeralEventPurge } from './ephemeral-event-purge';
import { EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import { EventStreamDependencies } from './event-stream-dependencies';

/**
 * Needs an `EventFeed`, an `EphemeralEventBus`, a `SessionStore`, the `Lease` and the `ConversationEvents` from
 * the composition root.
 */
@Module({
  imports: [SessionModule],
  controllers: [EventsController],
  providers: [
    EventsService,
    EventIdCipher,
    EventStreams,
    EventTail,
    EventStreamDependencies,
    EphemeralEventProducer,
    EphemeralEventPublisher,
    EphemeralEventSubscriber,
    EphemeralEventPurge,
    ConversationOwners,
    EventsTelemetry,
  ],
})
export class EventsModule {}
