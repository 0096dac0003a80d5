import type { ConversationMessage } from '../domain/conversation-message';
import type { Conversation } from './conversation';
import { type FileToUpload, GuestMessaging, type MessageToSend, type UploadedFile } from './guest-messaging';

/** Accepts every message, unless the test scripts otherwise, and records every call. */
export class FakeGuestMessaging extends GuestMessaging {
  readonly sent: MessageToSend[] = [];
  readonly typed: string[] = [];
  readonly anew: string[] = [];
  readonly uploads: string[] = [];
  /** Scripted results of the next sends. */
  readonly steps: (() => Promise<ConversationMessage>)[] = [];

  async send(_conversation: Conversation, message: MessageToSend): Promise<ConversationMessage> {
    this.sent.push(message);
    const step = this.steps.shift();
    return step === undefined ? aMessage(`id-of-${message.reference}`, message) : step();
  }

  typing({ conversationId }: Conversation): void {
    this.typed.push(conversationId);
  }

  upload(_conversation: Conversation, file: FileToUpload): Promise<UploadedFile> {
    const { fileName, fileType, fileSize } = file;
    this.uploads.push(fileName);
    return Promise.resolve({ attachmentId: `id-of-${fileName}`, fileName, fileType, fileSize });
  }

  reread({ conversationId }: Conversation): void {
    this.anew.push(conversationId);
  }
}

export function aMessage(id: string, facts: Partial<ConversationMessage> = {}): ConversationMessage {
  const { text = 'Hello', reference } = facts;
  const sentAt = '2027-01-15T08:00:00.000Z';
  const known = reference === undefined ? {} : { reference };
  return { id, ...known, direction: 'inbound', type: 'text', text, content: [], sentAt };
}
