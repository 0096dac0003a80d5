import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { ConversationOwners } from './conversation.owners';
import { EventIdSeal } from './event-id.seal';
import { EventStreams } from './event.streams';
import { EventTail } from './event.tail';
import { EventsController } from './events.controller';
import { EventsService } from './events.service';
import { EventsTelemetry } from './events.telemetry';
import { PassingNews } from './passing.news';
import { PassingPublisher } from './passing.publisher';
import { PassingRetention } from './passing.retention';
import { PassingTail } from './passing.tail';
import { StreamSources } from './stream.sources';

/**
 * Needs an `EventFeed`, an `EventBell`, a `PassingExchange`, a `SessionStore`, the `Lease` and the `ConversationNews` from
 * the composition root.
 */
@Module({
  imports: [SessionModule],
  controllers: [EventsController],
  providers: [
    EventsService,
    EventIdSeal,
    EventStreams,
    EventTail,
    StreamSources,
    PassingNews,
    PassingPublisher,
    PassingTail,
    PassingRetention,
    ConversationOwners,
    EventsTelemetry,
  ],
})
export class EventsModule {}
