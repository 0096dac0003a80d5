import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { ConversationOwners } from './conversation.owners';
import { EventStreams } from './event.streams';
import { EventTail } from './event.tail';
import { EventsController } from './events.controller';
import { EventsService } from './events.service';
import { EventsTelemetry } from './events.telemetry';

/** Needs an `EventFeed`, an `EventBell`, a `SessionStore` and the `ConversationNews` from the composition root. */
@Module({
  imports: [SessionModule],
  controllers: [EventsController],
  providers: [EventsService, EventStreams, EventTail, ConversationOwners, EventsTelemetry],
})
export class EventsModule {}
