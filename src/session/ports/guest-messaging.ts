import type { ConversationMessage } from '../domain/conversation-message';
import type { Conversation } from './conversation';

/** A choice of the guest among buttons that a message offered; those of pickers need the message that they answer. */
export interface ButtonResponse {
  readonly type: 'Button' | 'DatePicker' | 'ListPicker' | 'QuickReply';
  readonly text: string;
  readonly payload: string;
}

/** The value of a component; several with the id of a list picker are several choices, empty texts are none. */
export interface FormAnswer {
  readonly id: string;
  readonly text: string;
  readonly payload: string;
}

/** The answers to a form, which needs the message that it answers. */
export interface FormReply {
  /** Id that the form is sent with. */
  readonly cannedResponseId: string;
  readonly answers: readonly FormAnswer[];
}

/** A message to send: a text, an answer to an offer, uploaded files, or several of them. */
export interface MessageToSend {
  /** A UUID by which the message is recognised. Whoever sends a message again uses the same one. */
  readonly reference: string;
  /** It may have been sent by an earlier process: it is sent only once it is known that it was not. */
  readonly isRepeatable: boolean;
  readonly text?: string;
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly buttonResponses?: readonly ButtonResponse[];
  readonly formResponse?: FormReply;
  /** Ids of files whose upload has succeeded. */
  readonly attachmentIds?: readonly string[];
  /** The message that is answered. */
  readonly originatingMessageId?: string;
}

/** A file that a guest wants to send. */
export interface FileToUpload {
  /** With its extension, without a path. */
  readonly fileName: string;
  /** Its media type. */
  readonly fileType: string;
  /** In bytes. */
  readonly fileSize: number;
  /** Exactly so many bytes, read at most once. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file that messages of the same guest can refer to. */
export interface UploadedFile extends Omit<FileToUpload, 'content'> {
  readonly attachmentId: string;
}

/**
 * What the guest of an open conversation can do over a channel. Every call ends by its signal or its own time-out, and
 * is rejected with an `UpstreamError`, which tells whether it may have taken effect, or with a `DomainError` for what the
 * channel does not allow this guest.
 *
 * @publicApi
 */
export abstract class GuestMessaging {
  /**
   * Resolves with the message as the conversation has it, once that has acknowledged it. Messages of one conversation
   * are sent one after the other in the order of the calls, at the pace that the platform allows. The same reference
   * is sent once.
   */
  abstract send(
    conversation: Conversation,
    message: MessageToSend,
    signal: AbortSignal,
  ): Promise<ConversationMessage>;

  /**
   * Hands the content on as it is read, and resolves once the platform has the whole file and takes it. Rejects with
   * `FileRefusedError`, before anything is read where the limits are known, and with what the content fails with. Only a
   * few files are uploaded at a time; one too many does not wait. Of a file that fails nothing is kept.
   */
  abstract upload(conversation: Conversation, file: FileToUpload, signal: AbortSignal): Promise<UploadedFile>;

  /** Tells that the guest types. Nothing happens when that was told a moment ago, or cannot be told now. */
  abstract typing(conversation: Conversation): void;

  /** Reads the newest part of the conversation anew, and tells all messages in it again. */
  abstract reread(conversation: Conversation): void;
}
