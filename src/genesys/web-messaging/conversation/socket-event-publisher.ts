import type { ConversationEvents } from '../../../session/ports/conversation-events';
import { activitiesOf } from './conversation-activity';
import { conversationMessageOf } from './conversation-message';
import type { GuestMessage } from '../frames/guest-message';
import { omitUndefined } from '../../fields';
import type { SocketListener, SocketState } from '../socket/socket-listener';
import type { OverReason } from '../socket/verdict';

/** Publishes the events of a guest socket as conversation events. */
export class SocketEventPublisher implements SocketListener {
  constructor(
    private readonly conversationId: string,
    private readonly events: ConversationEvents,
  ) {}

  onMessage(received: GuestMessage): void {
    const message = conversationMessageOf(received);
    if (message !== undefined) this.events.onMessage(this.conversationId, message);
    for (const activity of activitiesOf(received, Date.now()))
      this.events.onActivity(this.conversationId, activity);
  }

  onTyping(isOn: boolean, durationMs?: number): void {
    this.events.onTyping(this.conversationId, { isOn, ...omitUndefined({ durationMs }) });
  }

  onExpiry(expiresAt: number): void {
    this.events.onExpiry(this.conversationId, expiresAt);
  }

  onExpiring(expiresAt: number): void {
    this.events.onExpiring(this.conversationId, expiresAt);
  }

  onState(state: SocketState): void {
    if (state === 'live' || state === 'reconnecting') this.events.onConnection(this.conversationId, state);
  }

  onOver(reason: OverReason): void {
    // With either reason the conversation may go on.
    if (reason !== 'closed' && reason !== 'refused') this.events.onOver(this.conversationId);
  }
}
