import { Injectable } from '@nestjs/common';
import type { AuditFact } from '../audit/domain/audit-record';
import { Drain } from '../common/lifecycle/drain';
import type { ConversationMessage } from '../session/domain/conversation-message';
import { IdempotencyKeyReusedError } from '../session/domain/idempotency.errors';
import { resultOfFirst } from '../session/first-request';
import type { MessageToSend } from '../session/ports/guest-messaging';
import { fingerprintOf } from './domain/message-reference';
import type { MessagingSession } from './domain/messaging-session';
import { GuestActAudit } from './guest-act-audit';
import { MessageInbox } from './message-inbox';
import { MessagesTelemetry } from './messages.telemetry';
import { type MessageRequest, MessageStore } from './ports/message.store';

export interface SentMessage {
  readonly message: ConversationMessage;
  /** True if an earlier request has sent it. */
  readonly isReplayed: boolean;
}

interface InFlightMessage {
  readonly fingerprint: string;
  readonly message: Promise<ConversationMessage>;
}

/**
 * Sends messages, and those with a key once. The message itself is the record of its key: it is stored with its
 * reference, and one that is not stored yet is looked for in the conversation before it is sent.
 */
@Injectable()
export class MessageSending {
  private readonly inFlight = new Map<string, InFlightMessage>();

  constructor(
    private readonly messages: MessageStore,
    private readonly drain: Drain,
    private readonly telemetry: MessagesTelemetry,
    private readonly inbox: MessageInbox,
    private readonly acts: GuestActAudit,
  ) {}

  async send(
    { session, messaging, act }: MessagingSession,
    request: MessageToSend,
    fingerprint?: string,
  ): Promise<ConversationMessage> {
    const { conversationId, snapshot } = session;
    try {
      const message = await messaging.send(snapshot, request, this.drain.signal);
      this.telemetry.sent();
      await this.keep(conversationId, {
        message,
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(act === undefined ? {} : { act: named(act, message) }),
      });
      return message;
    } catch (error) {
      this.telemetry.sendingFailed(error);
      await this.acts.failed(act, error);
      throw error;
    }
  }

  /**
   * Throws `IdempotencyKeyReusedError` if another message was sent with this reference, and `RequestInProgressError`
   * if a request in flight takes more than two further seconds.
   */
  async sendOnce(messagingSession: MessagingSession, request: MessageToSend): Promise<SentMessage> {
    const { conversationId } = messagingSession.session;
    const { reference } = request;
    const fingerprint = fingerprintOf(reference, request);
    const earlier = this.inFlight.get(reference) ?? (await this.kept(conversationId, reference, fingerprint));
    // Another request may have begun during the look-up.
    const first = this.inFlight.get(reference) ?? earlier;
    if (first !== undefined) {
      if (first.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError();
      return { message: await resultOfFirst(first.message, this.drain.signal), isReplayed: true };
    }
    const message = this.send(messagingSession, request, fingerprint).finally(() =>
      this.inFlight.delete(reference),
    );
    this.inFlight.set(reference, { fingerprint, message });
    return { message: await message, isReplayed: false };
  }

  /** A stored message without a fingerprint counts as the one of this request. */
  private async kept(
    conversationId: string,
    reference: string,
    fingerprint: string,
  ): Promise<InFlightMessage | undefined> {
    const found = await this.messages.find(conversationId, reference);
    return (
      found && { fingerprint: found.fingerprint ?? fingerprint, message: Promise.resolve(found.message) }
    );
  }

  /**
   * The conversation has the message: a storage failure must not make it look unsent. It is stored later, with its
   * record.
   */
  private async keep(conversationId: string, request: MessageRequest): Promise<void> {
    try {
      await this.messages.keep(conversationId, [request]);
    } catch (error) {
      this.telemetry.keepingFailed(error, conversationId);
      this.inbox.add(conversationId, request);
    }
  }
}

function named(act: AuditFact, { id }: ConversationMessage): AuditFact {
  return { ...act, detail: { ...act.detail, messageId: id } };
}
