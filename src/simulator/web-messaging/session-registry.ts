import type { ConversationChanged } from '../genesys/conversation-view';
import { ConversationRecord } from './conversation-record';
import { GuestMessage } from './guest-message';
import { GuestSession } from './guest-session';

const MAX_SESSIONS = 50_000;
const MAX_MESSAGES = 500_000;

/** The index entry of a message of a conversation, without its content. */
export interface IndexedMessage extends Pick<GuestMessage, 'direction' | 'at' | 'status'> {
  readonly conversationId: string;
}

interface Held {
  readonly session: GuestSession;
  readonly record: ConversationRecord;
}

/**
 * The sessions by token, and indexes of them by conversation and message. At most 50,000 sessions and 500,000
 * messages are indexed; beyond that the oldest sessions without a connection are removed.
 */
export class SessionRegistry {
  private readonly byToken = new Map<string, GuestSession>();
  private readonly byConversation = new Map<string, Held>();
  private readonly byMessage = new Map<string, IndexedMessage>();

  constructor(private readonly changed: ConversationChanged = () => undefined) {}

  get size(): number {
    return this.byToken.size;
  }

  [Symbol.iterator](): IterableIterator<GuestSession> {
    return this.byToken.values();
  }

  add(session: GuestSession): void {
    this.byToken.set(session.token, session);
    if (this.byToken.size > MAX_SESSIONS) this.forgetOldest();
  }

  find(token: string | undefined): GuestSession | undefined {
    return token === undefined ? undefined : this.byToken.get(token);
  }

  findByConversation(conversationId: string): GuestSession | undefined {
    return this.byConversation.get(conversationId)?.session;
  }

  /** Finds the session of a conversation, also of one that its guest has left. */
  findRecord(conversationId: string): ConversationRecord | undefined {
    return this.byConversation.get(conversationId)?.record;
  }

  /** All conversations, ended ones included, from the oldest. */
  *records(): IterableIterator<ConversationRecord> {
    for (const { record } of this.byConversation.values()) yield record;
  }

  /** Finds a message by its own id or by that of its channel. */
  findMessage(messageId: string): IndexedMessage | undefined {
    return this.byMessage.get(messageId);
  }

  addConversation(session: GuestSession): void {
    const { conversation: record } = session;
    if (record === undefined) return;
    this.byConversation.set(record.id, { session, record });
    record.changed = () => {
      this.changed(record.toView());
    };
    record.changed();
  }

  addMessage(session: GuestSession, { id, channelId, direction, at, status }: GuestMessage): void {
    const { conversationId } = session;
    if (conversationId === undefined) return;
    const said = { conversationId, direction, at, status };
    for (const messageId of [id, channelId]) this.byMessage.set(messageId, said);
    for (const oldest of this.byMessage.keys()) {
      if (this.byMessage.size <= MAX_MESSAGES) return;
      this.byMessage.delete(oldest);
    }
  }

  clear(): void {
    this.byToken.clear();
    this.byConversation.clear();
    this.byMessage.clear();
  }

  private forgetOldest(): void {
    for (const session of this.byToken.values()) {
      if (session.connections.size > 0) continue;
      this.byToken.delete(session.token);
      for (const id of session.conversationIds) this.byConversation.delete(id);
      return;
    }
  }
}
