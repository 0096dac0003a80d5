import { Injectable } from '@nestjs/common';
import { UpstreamInvalidResponseError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { MessageRefusedError, type RefusalReason } from '../../session/domain/messaging.errors';
import { ConversationNews } from '../../session/ports/conversation-news';
import type { Conversation } from '../../session/ports/guest-channel';
import { GuestMessaging, type MessageToSend } from '../../session/ports/guest-messaging';
import { conversationMessageOf } from './conversation-message';
import { GuestSockets } from './guest-sockets';
import { SocketNews } from './socket-news';
import { oversizeOf } from './frames/size-limits';

/** What the platform says about messages that it does not take; the codes are of the guest protocol. */
const REASONS: Readonly<Record<number, RefusalReason>> = {
  409: 'read-only',
  4000: 'not-enabled',
  4008: 'attachment-expired',
  4009: 'attachment-unknown',
  4010: 'attachment-not-uploaded',
  4011: 'text-too-long',
  4013: 'attributes-too-large',
};

/** What guests say and hear over their sockets. */
@Injectable()
export class WebMessages extends GuestMessaging {
  constructor(
    private readonly sockets: GuestSockets,
    news: ConversationNews,
  ) {
    super();
    sockets.follow((conversationId) => new SocketNews(conversationId, news));
  }

  async send(
    conversation: Conversation,
    { reference, isRepeatable, buttonResponses, ...rest }: MessageToSend,
    signal: AbortSignal,
  ): Promise<ConversationMessage> {
    const socket = this.sockets.of(conversation);
    const message = { ...rest, ...(buttonResponses === undefined ? {} : { buttons: buttonResponses }) };
    const oversize = oversizeOf(message, socket.facts?.maxCustomDataBytes);
    if (oversize !== undefined)
      throw new MessageRefusedError(oversize === 'text' ? 'text-too-long' : 'attributes-too-large');
    try {
      const said = conversationMessageOf(await socket.say(message, { reference, isRepeatable }, signal));
      if (said === undefined) throw new UpstreamInvalidResponseError('no message');
      return said;
    } catch (error) {
      throw refusedOf(error) ?? error;
    }
  }

  typing(conversation: Conversation): void {
    this.sockets.of(conversation).typing();
  }

  reread(conversation: Conversation): void {
    this.sockets.forget(conversation.conversationId);
    this.sockets.of(conversation);
  }
}

function refusedOf(error: unknown): MessageRefusedError | undefined {
  if (!(error instanceof UpstreamRejectedError)) return undefined;
  const reason = REASONS[error.status];
  return reason === undefined ? undefined : new MessageRefusedError(reason, { cause: error });
}
