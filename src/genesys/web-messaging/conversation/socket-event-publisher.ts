import type { ConversationEvents } from '../../../session/ports/conversation-events';
import { activitiesOf } from './conversation-activity';
import { conversationMessageOf } from './conversation-message';
import type { GuestMessage } from '../frames/guest-message';
import { known } from '../frames/fields';
import type { OverReason, SocketListener, SocketState } from '../socket/socket-listener';

/** Tells the rest of the service what a guest socket hears. */
export class SocketEventPublisher implements SocketListener {
  constructor(
    private readonly conversationId: string,
    private readonly news: ConversationEvents,
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
