import { Global, Module } from '@nestjs/common';
import { MessageIntake } from '../session/ports/message-intake';
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
import { StoredMessageIntake } from './stored-message-intake';
import { UploadPlaces } from './upload-places';

/**
 * Global for `MessageIntake`, which a channel needs. Needs a `MessageStore`, a `SessionStore`, the `GuestChannels` and the `ConversationEvents` from the
 * composition root.
 */
@Global()
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
    { provide: MessageIntake, useClass: StoredMessageIntake },
  ],
  exports: [MessageIntake],
})
export class MessagesModule {}
