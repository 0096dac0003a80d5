import { Injectable } from '@nestjs/common';
import { ConversationEvents } from '../../../session/ports/conversation-events';
import type { Conversation } from '../../../session/ports/guest-channel';
import { PlatformConversations } from './platform-conversations';
import type { GuestSocket } from '../socket/guest-socket';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';

const MAX_TRIES = 3;

/**
 * Looks up the platform's id of a conversation, once, as soon as there is a message to find it by. It sends at most three
 * requests for each socket, in case the OAuth client lacks the permission.
 */
@Injectable()
export class ConversationLookup {
  private readonly tries = new WeakMap<GuestSocket, number>();
  private readonly found = new WeakMap<GuestSocket, string>();

  constructor(
    private readonly platform: PlatformConversations,
    private readonly events: ConversationEvents,
    private readonly telemetry: WebMessagingTelemetry,
  ) {}

  /** Resolves with the id as far as it is known, and never rejects; publishes an id that it finds. */
  async lookUp(
    conversation: Conversation,
    socket: GuestSocket,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { anyMessageId } = socket;
    const tries = this.tries.get(socket) ?? 0;
    const known = conversation.genesysConversationId ?? this.found.get(socket);
    if (known !== undefined || anyMessageId === undefined || tries >= MAX_TRIES) return known;
    this.tries.set(socket, tries + 1);
    try {
      const id = await this.platform.idOf(anyMessageId, conversation.oauthClient, signal);
      if (id === undefined) return undefined;
      this.found.set(socket, id);
      this.events.onUpstreamId(conversation.conversationId, id);
      return id;
    } catch (error) {
      this.telemetry.lookupFailed(error, conversation.conversationId);
      return undefined;
    }
  }
}
