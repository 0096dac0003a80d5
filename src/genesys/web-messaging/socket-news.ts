import type { ConversationNews } from '../../session/ports/conversation-news';
import { activitiesOf } from './conversation-activity';
import { conversationMessageOf } from './conversation-message';
import type { GuestMessage } from './frames/guest-message';
import { known } from './frames/fields';
import type { OverReason, SocketOwner, SocketState } from './socket/socket-owner';

/** Tells the rest of the service what a guest socket hears. */
export class SocketNews implements SocketOwner {
  constructor(
    private readonly conversationId: string,
    private readonly news: ConversationNews,
  ) {}

  onMessage(said: GuestMessage): void {
    const message = conversationMessageOf(said);
    if (message !== undefined) this.news.onMessage(this.conversationId, message);
    for (const activity of activitiesOf(said, Date.now()))
      this.news.onActivity(this.conversationId, activity);
  }

  onTyping(isOn: boolean, durationMs?: number): void {
    this.news.onTyping(this.conversationId, { isOn, ...known({ durationMs }) });
  }

  onExpiry(expiresAt: number): void {
    this.news.onExpiry(this.conversationId, expiresAt);
  }

  onExpiring(expiresAt: number): void {
    this.news.onExpiring(this.conversationId, expiresAt);
  }

  onState(state: SocketState): void {
    if (state === 'live' || state === 'reconnecting') this.news.onConnection(this.conversationId, state);
  }

  onOver(reason: OverReason): void {
    // Neither says anything about the conversation.
    if (reason !== 'closed' && reason !== 'refused') this.news.onOver(this.conversationId);
  }
}
