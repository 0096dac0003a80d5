import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { MessageInbox } from './message.inbox';
import { MessageSending } from './message.sending';
import { MessagesController } from './messages.controller';
import { MessagesQueries } from './messages.queries';
import { MessagesService } from './messages.service';
import { MessagesTelemetry } from './messages.telemetry';

/** Needs a `MessageStore`, a `SessionStore`, the `GuestChannels` and the `ConversationNews` from the composition root. */
@Module({
  imports: [SessionModule],
  controllers: [MessagesController],
  providers: [MessagesService, MessagesQueries, MessageSending, MessageInbox, MessagesTelemetry],
})
export class MessagesModule {}
