import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { messageStateOf, type SessionEvent } from '../../session/domain/session-event';
import type { SessionTable } from '../database/database';

/** The session of a message. */
export type MessageOrigin = Pick<
  Selectable<SessionTable>,
  'conversation_id' | 'channel' | 'queue_id' | 'guest_ref' | 'genesys_conversation_id'
>;

/** The event of a message. It names the guest by its reference in every configuration. */
export function messageEventOf(
  origin: MessageOrigin,
  message: ConversationMessage,
  sequence: number,
): SessionEvent {
  const { genesys_conversation_id: genesysConversationId } = origin;
  return {
    id: randomUUID(),
    conversationId: origin.conversation_id,
    sequence,
    state: messageStateOf(message),
    occurredAt: Date.parse(message.sentAt),
    metadata: {
      channel: origin.channel,
      queueId: origin.queue_id,
      guestRef: origin.guest_ref,
      ...(genesysConversationId === null ? {} : { genesysConversationId }),
    },
    message,
  };
}
