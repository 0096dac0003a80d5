import type { ConversationMessage } from '../domain/conversation-message';
import type { Conversation } from './conversation';

/** A choice of the guest among the buttons of a message; choices of pickers name the message that they answer. */
export interface ButtonResponse {
  readonly type: 'Button' | 'DatePicker' | 'ListPicker' | 'QuickReply';
  readonly text: string;
  readonly payload: string;
}

/**
 * The value of a component; several with the id of a list picker are several choices, empty strings mean no choice.
 */
export interface FormAnswer {
  readonly id: string;
  readonly text: string;
  readonly payload: string;
}

/** The answers to a form, with the message that they answer. */
export interface FormReply {
  /** The id that came with the form. */
  readonly cannedResponseId: string;
  readonly answers: readonly FormAnswer[];
}

/** Genesys Cloud's kinds of attachments. */
export const LINKED_MEDIA_TYPES = ['Image', 'Video', 'Audio', 'File', 'Link'] as const;

export type LinkedMediaType = (typeof LINKED_MEDIA_TYPES)[number];

/** A file that the upstream reads from a URL of the caller. */
export interface LinkedAttachment {
  /** An https URL. */
  readonly url: string;
  /** Media type without parameters. */
  readonly mime: string;
  /** Absent: derived from `mime`. */
  readonly mediaType?: LinkedMediaType;
  readonly filename?: string;
  /** Caption. */
  readonly text?: string;
  /** Hexadecimal digest of the file. */
  readonly sha256?: string;
}

/** A message to send: a text, an answer to an offer, files, or several of them. */
export interface MessageToSend {
  /** A UUID that identifies the message. A repeated message has the same one. */
  readonly reference: string;
  /** True if an earlier process may have sent it: it is sent only once it is certain that it was not. */
  readonly isRepeatable: boolean;
  readonly text?: string;
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly buttonResponses?: readonly ButtonResponse[];
  readonly formResponse?: FormReply;
  /** Ids of files that were uploaded successfully. */
  readonly attachmentIds?: readonly string[];
  readonly attachments?: readonly LinkedAttachment[];
  /** The message that this one answers. */
  readonly originatingMessageId?: string;
}

/** A file to send for a guest. */
export interface FileToUpload {
  /** Name with an extension, without a path. */
  readonly fileName: string;
  /** Its media type. */
  readonly fileType: string;
  /** Size in bytes. */
  readonly fileSize: number;
  /** Exactly so many bytes, read at most once. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file that messages of the same guest can refer to. */
export interface UploadedFile extends Omit<FileToUpload, 'content'> {
  readonly attachmentId: string;
}

/**
 * Operations of a guest in an open conversation over a channel. Every call ends by its signal or its own time-out, and
 * is rejected with an `UpstreamError`, which tells whether it may have taken effect, or with a `DomainError` for what the
 * channel does not allow this guest.
 *
 * @publicApi
 */
export abstract class GuestMessaging {
  /** Whether `send` takes `attachments`; a message with them never reaches a channel that does not. */
  readonly takesLinkedAttachments: boolean = false;

  /**
   * Resolves with the message as the conversation has it, once the upstream has acknowledged it. Messages of one
   * conversation are sent one after the other in the order of the calls, at the pace that the platform allows. The
   * same reference is sent once.
   */
  abstract send(
    conversation: Conversation,
    message: MessageToSend,
    signal: AbortSignal,
  ): Promise<ConversationMessage>;

  /**
   * Streams the content, and resolves once the platform has the whole file and accepts it. Rejects with
   * `FileRefusedError`, before it reads anything if the limits are known, and with errors of the content. Only a few
   * files are uploaded at a time; a further call is refused at once. No part of a failed file is kept.
   */
  abstract upload(conversation: Conversation, file: FileToUpload, signal: AbortSignal): Promise<UploadedFile>;

  /** Signals that the guest is typing. Has no effect shortly after the last signal, or if it cannot be sent now. */
  abstract typing(conversation: Conversation): void;

  /** Reads the newest part of the conversation again, and reports all its messages again. */
  abstract reread(conversation: Conversation): void;
}
