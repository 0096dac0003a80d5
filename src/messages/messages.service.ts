import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { foreignAct } from '../session/domain/foreign-act';
import { idempotencyKeyOf } from '../session/domain/idempotency-key';
import { NotSupportedByChannelError } from '../session/domain/messaging.errors';
import { type AccessScope, accessScopeOf } from '../session/domain/access-scope';
import { GuestChannels } from '../session/ports/guest-channels';
import type { MessageToSend } from '../session/ports/guest-messaging';
import { SessionQueries } from '../session/session.queries';
import { referenceOf } from './domain/message-reference';
import { assertSendable } from './domain/sendable-message';
import { type MessagingSession, messagingOf } from './domain/messaging-session';
import { MessageSending, type SentMessage } from './message-sending';

/** The message that a caller requests for a guest. */
export type MessageContent = Omit<MessageToSend, 'reference' | 'isRepeatable'>;

/** Operations of callers in the conversations of their guests. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly channels: GuestChannels,
    private readonly sending: MessageSending,
    private readonly drain: Drain,
  ) {}

  /**
   * Sends a message and resolves once the conversation has it; once per key, as long as the session is stored. Throws
   * `SessionNotFoundError`, `SessionNotActiveError`, `NotSupportedByChannelError`, `MessageRefusedError`,
   * `UpstreamError`s, and with a key `IdempotencyKeyInvalidError`, `IdempotencyKeyReusedError` and
   * `RequestInProgressError`.
   */
  async send(
    conversationId: string,
    content: MessageContent,
    { caller, key }: { caller: Caller; key: string | undefined },
  ): Promise<SentMessage> {
    this.drain.assertOpen();
    assertSendable(content);
    const reference = key === undefined ? uuid() : keyedReference(conversationId, caller, key);
    const found = await this.find(conversationId, accessScopeOf(caller));
    assertSupported(found, content);
    const act = foreignAct(caller, found.session, 'MESSAGE_SENT');
    const recorded: MessagingSession = act === undefined ? found : { ...found, act };
    const message: MessageToSend = { ...content, reference, isRepeatable: key !== undefined };
    return key === undefined
      ? { message: await this.sending.send(recorded, message), isReplayed: false }
      : this.sending.sendOnce(recorded, message);
  }

  /** Signals that the guest is typing. Throws the errors of `send` about sessions and channels. */
  async typing(conversationId: string, scope: AccessScope): Promise<void> {
    const { session, messaging } = await this.find(conversationId, scope);
    messaging.typing(session.snapshot);
  }

  private async find(conversationId: string, scope: AccessScope): Promise<MessagingSession> {
    return messagingOf(await this.sessions.get(conversationId, scope), this.channels);
  }
}

function assertSupported({ session, messaging }: MessagingSession, { attachments }: MessageContent): void {
  if (attachments !== undefined && !messaging.takesLinkedAttachments)
    throw new NotSupportedByChannelError(session.snapshot.channel);
}

function keyedReference(conversationId: string, { owner }: Caller, header: string): string {
  return referenceOf({ owner, conversationId, key: idempotencyKeyOf(header) });
}
