import { Injectable } from '@nestjs/common';
import { UpstreamInvalidResponseError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { Drain } from '../../common/lifecycle/drain';
import { Clock } from '../../common/time/clock';
import { withDeadline } from '../../common/time/deadline';
import { OpenMessagingConfig } from '../../config/open-messaging.config';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { MessageRefusedError, NotSupportedByChannelError } from '../../session/domain/messaging.errors';
import type { Conversation } from '../../session/ports/guest-channel';
import {
  type ButtonResponse,
  GuestMessaging,
  type MessageToSend,
  type UploadedFile,
} from '../../session/ports/guest-messaging';
import { conversationMessageOf } from '../web-messaging/conversation/conversation-message';
import { type GuestMessage, guestMessageOf } from '../web-messaging/frames/guest-message';
import { Mutex } from '../web-messaging/pacing/mutex';
import type { Fields } from '../fields';
import { choiceBody, messageBody, typingBody } from './inbound-bodies';
import { type InboundRequest, InboundRequests } from './inbound-requests';
import { completeAttachmentOf, sentAttachmentOf } from './linked-attachments';
import { OpenMessagingTelemetry } from './open-messaging.telemetry';
import { openingMessageOf } from './opening-message-of';

const CHANNEL = 'open-messaging';
/** Genesys Cloud shows typing for five seconds. */
const TYPING_EVERY_MS = 5_000;

/** State of a conversation between two requests of its guest. */
interface Sender {
  readonly order: Mutex;
  typedAt: number;
}

/**
 * Sends messages, choices and typing of guests over Open Messaging, those of one conversation one after the other. Files
 * are sent as URLs, which the platform reads; there is no upload, and forms and list pickers have no answer.
 */
@Injectable()
export class OpenMessages extends GuestMessaging {
  override readonly takesLinkedAttachments = true;
  private readonly senders = new Map<string, Sender>();

  constructor(
    private readonly requests: InboundRequests,
    private readonly config: OpenMessagingConfig,
    private readonly telemetry: OpenMessagingTelemetry,
    private readonly clock: Clock,
    private readonly drain: Drain,
  ) {
    super();
  }

  async send(
    conversation: Conversation,
    message: MessageToSend,
    signal: AbortSignal,
  ): Promise<ConversationMessage> {
    const request = this.requestOf(conversation, message);
    const guest = openingMessageOf(conversation);
    const { order } = this.senderOf(conversation.conversationId);
    const deadlineAt = performance.now() + this.config.timeoutMs;
    try {
      const answer = await order.run(
        () => this.requests.send(conversation, guest, request, { deadlineAt, signal }),
        signal,
      );
      const sent = sentMessageOf(answer, message);
      if (sent === undefined) throw new UpstreamInvalidResponseError('no message');
      return { ...sent, reference: message.reference };
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }

  upload(): Promise<UploadedFile> {
    return Promise.reject(new NotSupportedByChannelError(CHANNEL));
  }

  /** Returns at once; a signal that is not sent is logged. */
  typing(conversation: Conversation): void {
    const sender = this.senderOf(conversation.conversationId);
    const now = performance.now();
    if (now - sender.typedAt < TYPING_EVERY_MS) return;
    sender.typedAt = now;
    void this.sendTyping(conversation);
  }

  reread(): void {
    // Webhooks are stored before they are answered: there is nothing that this process has and the store has not.
  }

  /** Forgets the conversation, which this process no longer holds. */
  leave(conversationId: string): void {
    this.senders.delete(conversationId);
  }

  private async sendTyping(conversation: Conversation): Promise<void> {
    const { timeoutMs } = this.config;
    const guest = openingMessageOf(conversation);
    const body = typingBody(conversation, guest, this.clock.now());
    const request = { operation: 'typing', resource: 'event', body } as const;
    const deadlineAt = performance.now() + timeoutMs;
    try {
      await withDeadline(timeoutMs, this.drain.signal, (signal) =>
        this.requests.send(conversation, guest, request, { deadlineAt, signal }),
      );
    } catch (error) {
      this.telemetry.notSent('typing', error, conversation.conversationId);
    }
  }

  private requestOf(conversation: Conversation, message: MessageToSend): InboundRequest {
    const { reference: messageId, text, customAttributes, buttonResponses = [] } = message;
    const guest = openingMessageOf(conversation);
    const facts = { messageId, at: this.clock.now() };
    const [choice, ...others] = buttonResponses;
    if (choice !== undefined && isAnswerable(choice, message) && others.length === 0) {
      const { originatingMessageId = '' } = message;
      const body = choiceBody(conversation, guest, choice, { ...facts, originatingMessageId });
      return { operation: 'message', resource: 'structured/response', body };
    }
    const attachments = message.attachments?.map(completeAttachmentOf) ?? [];
    const saysNothing = text === undefined && attachments.length === 0;
    if (saysNothing || choice !== undefined || hasUnsupported(message))
      throw new NotSupportedByChannelError(CHANNEL);
    const body = messageBody(conversation, guest, { ...facts, text, attachments, customAttributes });
    return { operation: 'message', resource: 'message', body };
  }

  /** One for each conversation that this process holds. */
  private senderOf(conversationId: string): Sender {
    const known = this.senders.get(conversationId);
    if (known !== undefined) return known;
    const sender = { order: new Mutex(), typedAt: -Infinity };
    this.senders.set(conversationId, sender);
    return sender;
  }
}

function isAnswerable({ type }: ButtonResponse, message: MessageToSend): boolean {
  const { originatingMessageId, attachments = [] } = message;
  const isLinked = originatingMessageId !== undefined && attachments.length === 0;
  return type !== 'ListPicker' && isLinked && !hasUnsupported(message);
}

/** Undefined for an answer that is no message. The attachments are those of the request: the platform may leave them out. */
function sentMessageOf(answer: Fields, { attachments = [] }: MessageToSend): ConversationMessage | undefined {
  const message: GuestMessage = { ...guestMessageOf(answer), direction: 'Inbound' };
  if (attachments.length === 0) return conversationMessageOf(message);
  if (message.id === undefined) return undefined;
  const content = attachments.map((attachment) => ({
    kind: 'attachment' as const,
    attachment: sentAttachmentOf(completeAttachmentOf(attachment)),
  }));
  return conversationMessageOf({ ...message, content });
}

function hasUnsupported({ formResponse, attachmentIds = [] }: MessageToSend): boolean {
  return formResponse !== undefined || attachmentIds.length > 0;
}

function refusalOf(error: unknown): MessageRefusedError | undefined {
  if (!(error instanceof UpstreamRejectedError) || error.status !== 413) return undefined;
  return new MessageRefusedError('text-too-long', { cause: error });
}
