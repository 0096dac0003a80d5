import { Injectable, Logger } from '@nestjs/common';
import { type ConversationEvent, NotificationListener } from './notification-listener';

/** Writes debug lines, and does nothing else with events. */
@Injectable()
export class LoggingNotificationListener extends NotificationListener {
  private readonly log = new Logger('Notifications');

  onEvent({ conversationId }: ConversationEvent): void {
    this.log.debug({ message: 'Conversation event received', conversationId });
  }

  onGap(): void {
    this.log.debug({ message: 'Conversation events may be missing' });
  }
}
