import { Injectable } from '@nestjs/common';
import { ConversationReconciler } from '../platform-events/conversation-reconciler';
import { PlatformEventIntake } from '../platform-events/platform-event-intake';
import { type ConversationEvent, NotificationListener } from './notification-listener';

/**
 * Passes events of the notification channels on to the intake of all platform events. One that cannot be stored is lost,
 * since the platform repeats nothing; the next read of its conversation makes up for it, as it does after a gap.
 */
@Injectable()
export class ConversationEventListener extends NotificationListener {
  constructor(
    private readonly intake: PlatformEventIntake,
    private readonly reconciler: ConversationReconciler,
  ) {
    super();
  }

  async onEvent(event: ConversationEvent): Promise<void> {
    try {
      await this.intake.take(event, 'socket');
    } catch (error) {
      this.reconciler.readAll();
      throw error;
    }
  }

  /** Each conversation of this replica is read with its next beat; all others are read within a minute anyway. */
  onGap(): void {
    this.reconciler.readAll();
  }
}
