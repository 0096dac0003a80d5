import type { AuditFact } from '../../audit/domain/audit-record';
import type { ConversationMessage } from '../../session/domain/conversation-message';

/** A message with the facts of its request. */
export interface MessageRequest {
  readonly message: ConversationMessage;
  /** The same for equal requests; absent if the message arrived before its request was answered. */
  readonly fingerprint?: string;
  /** The act of a caller other than the session's owner; recorded with the message. */
  readonly act?: AuditFact;
}

/** Selects the messages of a page; the oldest first, by (sentAt, id). */
export interface MessageQuery {
  readonly limit: number;
  /** Continue after this message. */
  readonly after?: { readonly sentAt: string; readonly id: string };
}

/**
 * Messages of conversations, durable across `kill -9`; the event feed contains them from the same transaction on.
 * Texts and names are encrypted. Messages are removed with their session, and when its guest is erased.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class MessageStore {
  /**
   * Stores messages of one conversation, each once by its id; returns how many were new. Stores nothing if the
   * session does not exist or its guest is erased. A fingerprint is also added to a message that was stored without
   * one. Acts are recorded in the same transaction, whether or not their message is new or stored.
   */
  abstract keep(conversationId: string, messages: readonly MessageRequest[]): Promise<number>;

  /** The message that was sent with this reference. */
  abstract find(conversationId: string, reference: string): Promise<MessageRequest | undefined>;

  abstract list(conversationId: string, query: MessageQuery): Promise<ConversationMessage[]>;
}
