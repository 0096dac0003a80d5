import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { AttachmentsController } from './attachments.controller';
import { AttachmentsService } from './attachments.service';
import { GuestActAudit } from './guest-act-audit';
import { MessageInbox } from './message-inbox';
import { MessageSending } from './message-sending';
import { MessagesController } from './messages.controller';
import { MessagesQueries } from './messages.queries';
import { MessagesService } from './messages.service';
import { MessagesTelemetry } from './messages.telemetry';
import { UploadPlaces } from './upload-places';

/** Needs a `MessageStore`, a `SessionStore`, the `GuestChannels` and the `ConversationEvents` from the composition root. */
@Module({
  imports: [SessionModule],
  controllers: [MessagesController, AttachmentsController],
  providers: [
    MessagesService,
    AttachmentsService,
    MessagesQueries,
    MessageSending,
    MessageInbox,
    MessagesTelemetry,
    UploadPlaces,
    GuestActAudit,
  ],
})
export class MessagesModule {}
