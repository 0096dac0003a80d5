import type { ConversationActivity } from '../domain/conversation-activity';
import type { ConversationMessage } from '../domain/conversation-message';

/** The other side types, for as long as `durationMs` where that is known, or has stopped to. */
export interface Typing {
  readonly isOn: boolean;
  readonly durationMs?: number;
}

/** Whether a conversation's connection to the upstream works. */
export type ConnectionState = 'live' | 'reconnecting';

/** Whoever wants to hear what channels notice of the conversations that this process holds. */
export interface ConversationListener {
  /** A message of either side. One that was told before, by another process or in this one, may be told again. */
  onMessage(conversationId: string, message: ConversationMessage): void;
  onTyping(conversationId: string, typing: Typing): void;
  /** An activity of either side; it may be repeated, with the same id. */
  onActivity(conversationId: string, activity: ConversationActivity): void;
  onConnection(conversationId: string, state: ConnectionState): void;
  /** When the upstream lets the conversation expire, in epoch milliseconds, as often as that changes. */
  onExpiry(conversationId: string, expiresAt: number): void;
  /** The upstream lets the conversation expire soon, unless that is moved. */
  onExpiring(conversationId: string, expiresAt: number): void;
  /** The upstream's own id of the conversation became known. */
  onUpstreamId(conversationId: string, genesysConversationId: string): void;
  /** The upstream says that there is no conversation any more: the next beat will tell why. */
  onOver(conversationId: string): void;
}

/**
 * Where channels say what they notice, and features hear it. Everybody hears everything, in the order in which it was
 * said and before the call returns; listeners must neither throw nor take long.
 *
 * @publicApi
 */
export class ConversationEvents implements ConversationListener {
  private readonly listeners: Partial<ConversationListener>[] = [];

  follow(listener: Partial<ConversationListener>): void {
    this.listeners.push(listener);
  }

  onMessage(conversationId: string, message: ConversationMessage): void {
    for (const listener of this.listeners) listener.onMessage?.(conversationId, message);
  }

  onTyping(conversationId: string, typing: Typing): void {
    for (const listener of this.listeners) listener.onTyping?.(conversationId, typing);
  }

  onActivity(conversationId: string, activity: ConversationActivity): void {
    for (const listener of this.listeners) listener.onActivity?.(conversationId, activity);
  }

  onConnection(conversationId: string, state: ConnectionState): void {
    for (const listener of this.listeners) listener.onConnection?.(conversationId, state);
  }

  onExpiry(conversationId: string, expiresAt: number): void {
    for (const listener of this.listeners) listener.onExpiry?.(conversationId, expiresAt);
  }

  onExpiring(conversationId: string, expiresAt: number): void {
    for (const listener of this.listeners) listener.onExpiring?.(conversationId, expiresAt);
  }

  onUpstreamId(conversationId: string, genesysConversationId: string): void {
    for (const listener of this.listeners) listener.onUpstreamId?.(conversationId, genesysConversationId);
  }

  onOver(conversationId: string): void {
    for (const listener of this.listeners) listener.onOver?.(conversationId);
  }
}
