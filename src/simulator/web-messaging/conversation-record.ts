import { randomUUID } from 'node:crypto';
import type { ConversationView, ParticipantView } from '../genesys/conversation-view';
import { GuestMessage } from './guest-message';
import { Fields } from './guest-request';

const KEPT_MESSAGES = 1_000;

/** An entry in the message list of a participant. */
interface MessageEntry {
  readonly messageId: string;
  readonly messageTime: string;
  readonly messageStatus: 'received' | 'sent';
}

/**
 * The organisation's view of a guest's conversation: two participants, the customer and the queue, with the newest
 * thousand messages of each. The participants keep their ids, also when the conversation is resumed.
 *
 *   open ── end() ──▶ disconnected ── resume() ──▶ open
 */
export class ConversationRecord {
  readonly id = randomUUID();
  /** The customer's participant data. */
  attributes: Fields = {};
  private endedAt: number | undefined;
  private readonly customer = new Participant('customer');
  private readonly queue = new Participant('acd');

  constructor(private readonly startedAt: number) {}

  get isOpen(): boolean {
    return this.endedAt === undefined;
  }

  resume(): void {
    this.endedAt = undefined;
  }

  end(at: number): void {
    this.endedAt ??= at;
  }

  /** Events are in no participant's list of messages. */
  add(message: GuestMessage): void {
    if (message.content.type === 'Event') return;
    (message.direction === 'Inbound' ? this.customer : this.queue).add(message);
  }

  /** Returns the conversation as the state calls of all channels read it. */
  toView(): ConversationView {
    const { id, startedAt, endedAt, attributes } = this;
    const participants = [
      this.customer.toView(startedAt, endedAt, attributes),
      this.queue.toView(startedAt, endedAt, {}),
    ];
    return { id, messageType: 'webmessaging', direction: 'inbound', startedAt, endedAt, participants };
  }

  /** Returns the conversation as the API shows it; only its participants have a state. */
  toResource(selfUri: string): unknown {
    const { id, startedAt, endedAt, attributes } = this;
    const times = {
      connectedTime: isoOf(startedAt),
      ...(endedAt === undefined ? {} : { endTime: isoOf(endedAt) }),
    };
    const state =
      endedAt === undefined ? { state: 'connected' } : { state: 'disconnected', disconnectType: 'client' };
    const shared = { ...state, type: 'webmessaging', ...times };
    return {
      id,
      participants: [
        { ...this.customer.toResource(), ...shared, attributes },
        { ...this.queue.toResource(), ...shared, attributes: {} },
      ],
      selfUri,
    };
  }
}

class Participant {
  private readonly id = randomUUID();
  private readonly communicationId = randomUUID();
  private readonly messages: MessageEntry[] = [];

  constructor(private readonly purpose: 'customer' | 'acd') {}

  add({ id, at, status }: GuestMessage): void {
    this.messages.push({ messageId: id, messageTime: isoOf(at), messageStatus: status });
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
  }

  toView(startedAt: number, endedAt: number | undefined, attributes: Fields): ParticipantView {
    const { id, purpose, communicationId } = this;
    const disconnectType = endedAt === undefined ? undefined : 'client';
    const session = {
      id: communicationId,
      startedAt,
      connectedAt: startedAt,
      endedAt,
      disconnectType,
    } as const;
    const unknown = { name: undefined, userId: undefined, queueId: undefined, wrapup: undefined };
    return { id, purpose, attributes, sessions: [session], ...unknown };
  }

  toResource(): {
    readonly id: string;
    readonly purpose: string;
    readonly messages: readonly MessageEntry[];
  } {
    const { id, purpose, messages } = this;
    return { id, purpose, messages };
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
