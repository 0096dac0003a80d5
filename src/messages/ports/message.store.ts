import type { AuditFact } from '../../audit/domain/audit-record';
import type { ConversationMessage } from '../../session/domain/conversation-message';

/** A message, and what it was asked for with. */
export interface MessageRequest {
  readonly message: ConversationMessage;
  /** The same for requests that ask for the same; absent when the message was met before its request was answered. */
  readonly fingerprint?: string;
  /** The act of a caller other than the session's owner; recorded with the message. */
  readonly act?: AuditFact;
}

/** Which messages of a conversation a page shows; the oldest first, by (sentAt, id). */
export interface MessageQuery {
  readonly limit: number;
  /** Continue after this message. */
  readonly after?: { readonly sentAt: string; readonly id: string };
}

/**
 * What was said in conversations, durable across `kill -9`, and told by the event feed from the same transaction on.
 * Texts and names are encrypted. Messages go with their session, and are gone once its guest is erased.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class MessageStore {
  /**
   * Keeps messages of one conversation, each once by its id; returns how many were new. Nothing is kept when there is
   * no such session, or its guest is erased. A fingerprint is kept also when the message was there before without one.
   * Acts are recorded in the same transaction, whether or not their message is new or kept.
   */
  abstract keep(conversationId: string, messages: readonly MessageRequest[]): Promise<number>;

  /** The message that was sent with this reference. */
  abstract find(conversationId: string, reference: string): Promise<MessageRequest | undefined>;

  abstract list(conversationId: string, query: MessageQuery): Promise<ConversationMessage[]>;
}
