import type { ConversationChanged } from '../genesys/conversation-view';
import { OpenConversation } from './open-conversation';
import { ThreadingTimeline } from './threading-timeline';

/** The index entry of a message of either direction. */
export interface IndexedOpenMessage {
  readonly conversation: OpenConversation;
  readonly direction: 'inbound' | 'outbound';
  /** The caller's id of an inbound message. */
  readonly providerMessageId: string | undefined;
  readonly at: number;
  /** The message as the platform normalises it. */
  readonly body: Readonly<Record<string, unknown>>;
  status: 'received' | 'sent' | 'delivery-success' | 'delivery-failed' | 'published' | 'removed';
}

const MAX_CONVERSATIONS = 50_000;
const MAX_MESSAGES = 200_000;

/**
 * The Open Messaging conversations, one for each pair of integration and guest at a time, and their messages. At
 * most 50,000 conversations and 200,000 messages are indexed; beyond that the oldest are removed.
 */
export class OpenConversationRegistry {
  private readonly byId = new Map<string, OpenConversation>();
  private readonly byGuest = new Map<string, OpenConversation>();
  private readonly byAddress = new Map<string, OpenConversation>();
  private readonly byMessage = new Map<string, IndexedOpenMessage>();
  private readonly byCallerMessage = new Map<string, IndexedOpenMessage & { readonly id: string }>();

  constructor(
    private readonly threading: ThreadingTimeline,
    private readonly changed: ConversationChanged,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  [Symbol.iterator](): IterableIterator<OpenConversation> {
    return this.byId.values();
  }

  find(id: string): OpenConversation | undefined {
    return this.byId.get(id);
  }

  /** Finds the guest's latest conversation over an integration. */
  findByGuest(integrationId: string, guestId: string): OpenConversation | undefined {
    return this.byGuest.get(keyOf(integrationId, guestId));
  }

  /** Finds by conversation id, or else the latest conversation of a guest over any integration. */
  findAny(guest: string): OpenConversation | undefined {
    return this.byId.get(guest) ?? this.byAddress.get(guest);
  }

  /** Returns the guest's conversation if a message would continue it: it is open, or its threading time lasts. */
  findCurrent(integrationId: string, guestId: string, now: number): OpenConversation | undefined {
    const conversation = this.findByGuest(integrationId, guestId);
    if (conversation?.endedAt === undefined) return conversation;
    return now < conversation.endedAt + this.threading.openMs ? conversation : undefined;
  }

  /** Returns the guest's open conversation, after reviving or starting it if necessary. */
  enter(
    integrationId: string,
    guestId: string,
    now: number,
    direction: 'inbound' | 'outbound' = 'inbound',
  ): OpenConversation {
    const current = this.findCurrent(integrationId, guestId, now);
    if (current !== undefined) {
      if (!current.isOpen) current.revive(now);
      this.byAddress.set(guestId, current);
      return current;
    }
    const conversation = new OpenConversation(integrationId, guestId, now, direction);
    this.byId.set(conversation.id, conversation);
    this.byGuest.set(keyOf(integrationId, guestId), conversation);
    this.byAddress.set(guestId, conversation);
    const [oldest] = this.byId.values();
    if (this.byId.size > MAX_CONVERSATIONS && oldest !== undefined) this.remove(oldest);
    conversation.changed = () => {
      this.changed(conversation);
    };
    conversation.changed();
    return conversation;
  }

  findMessage(id: string): IndexedOpenMessage | undefined {
    return this.byMessage.get(id);
  }

  /** Finds an earlier message of the guest by the caller's message id. */
  findRepeated(
    integrationId: string,
    guestId: string,
    messageId: string,
  ): (IndexedOpenMessage & { readonly id: string }) | undefined {
    return this.byCallerMessage.get(keyOf(integrationId, guestId, messageId));
  }

  addMessage(id: string, message: IndexedOpenMessage): void {
    this.byMessage.set(id, message);
    dropOldest(this.byMessage);
    const { conversation, providerMessageId } = message;
    if (providerMessageId === undefined) return;
    const key = keyOf(conversation.integrationId, conversation.guestId, providerMessageId);
    this.byCallerMessage.set(key, { ...message, id });
    dropOldest(this.byCallerMessage);
  }

  clear(): void {
    for (const index of [this.byId, this.byGuest, this.byAddress, this.byMessage, this.byCallerMessage])
      index.clear();
  }

  private remove(conversation: OpenConversation): void {
    const { id, integrationId, guestId } = conversation;
    const key = keyOf(integrationId, guestId);
    this.byId.delete(id);
    if (this.byGuest.get(key) === conversation) this.byGuest.delete(key);
    if (this.byAddress.get(guestId) === conversation) this.byAddress.delete(guestId);
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function dropOldest(index: Map<string, unknown>): void {
  const [oldest] = index.keys();
  if (index.size > MAX_MESSAGES && oldest !== undefined) index.delete(oldest);
}
