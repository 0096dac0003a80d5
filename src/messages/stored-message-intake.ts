import { Injectable } from '@nestjs/common';
import type { ConversationMessage } from '../session/domain/conversation-message';
import type { Conversation } from '../session/ports/conversation';
import { type IntakeOutcome, MessageIntake } from '../session/ports/message-intake';
import { SessionStore } from '../session/ports/session.store';
import { MessagesTelemetry } from './messages.telemetry';
import { MessageStore } from './ports/message.store';

/** Stores messages that reach this process from outside, whichever replica holds their session. */
@Injectable()
export class StoredMessageIntake extends MessageIntake {
  constructor(
    private readonly sessions: SessionStore,
    private readonly messages: MessageStore,
    private readonly telemetry: MessagesTelemetry,
  ) {
    super();
  }

  async take(guestAddress: string, message: ConversationMessage): Promise<IntakeOutcome> {
    const conversation = await this.find(guestAddress);
    if (conversation === undefined) return { kind: 'unknown-guest' };
    const added = await this.messages.keep(conversation.conversationId, [{ message }]);
    this.telemetry.keptSome(added);
    return { kind: added === 1 ? 'kept' : 'repeated', conversation };
  }

  async find(guestAddress: string): Promise<Conversation | undefined> {
    const session = await this.sessions.findByGuestAddress(guestAddress);
    return session?.snapshot;
  }
}
