import type { MessageChoice } from './message-choice';
import type { StructuredContent } from './structured-content';

/** A file attached to a message. `url` is that of the caller for a linked attachment, else a temporary one. */
export interface MessageAttachment {
  readonly id: string;
  readonly filename?: string;
  readonly mediaType?: string;
  readonly mime?: string;
  readonly sizeBytes?: number;
  readonly url?: string;
  /** Hexadecimal digest of the file. */
  readonly sha256?: string;
  /** Caption. */
  readonly text?: string;
}

export type MessageContent =
  | { readonly type: 'attachment'; readonly attachment: MessageAttachment }
  | { readonly type: 'quick-reply' | 'button-response'; readonly choice: MessageChoice }
  | StructuredContent
  /** Content of an unknown type, or without a part that its type requires, as the upstream sent it. */
  | {
      readonly type: 'other';
      readonly contentType: string;
      readonly value: Readonly<Record<string, unknown>>;
    };

export interface MessageSender {
  readonly nickname?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly image?: string;
}

/**
 * A message of one side of a conversation to the other. It can be written as JSON and read again.
 *
 * @publicApi
 */
export interface ConversationMessage {
  /** The upstream's id, the same wherever the message arrives from. */
  readonly id: string;
  /** The id under which this service sent it; absent for all other messages. */
  readonly reference?: string;
  /** `inbound` comes from the guest. */
  readonly direction: 'inbound' | 'outbound';
  readonly type: 'text' | 'structured';
  readonly text?: string;
  readonly content: readonly MessageContent[];
  readonly from?: MessageSender;
  readonly originatingEntity?: 'Human' | 'Bot';
  /** RFC 3339 in UTC; messages are ordered by it. */
  readonly sentAt: string;
}
