import { randomUUID } from 'node:crypto';
import type {
  ConversationView,
  MessageView,
  ParticipantView,
  SessionView,
} from '../genesys/conversation-view';
import { DisconnectType, restSpelling } from '../open-messaging/disconnect-type';
import { GuestMessage } from './guest-message';
import { Fields } from './guest-request';

const KEPT_MESSAGES = 1_000;
const NO_AFTER_CALL_WORK = { wrapup: undefined, acwStartedAt: undefined };

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
  /** Called after each change that other parts of the platform see. */
  changed: () => void = () => undefined;
  private disconnectType: DisconnectType = 'client';
  private endedAt: number | undefined;
  private readonly customer = new Participant('customer');
  private readonly queue: Participant;

  constructor(
    private readonly startedAt: number,
    queueId?: string,
  ) {
    this.queue = new Participant('acd', queueId);
  }

  get isOpen(): boolean {
    return this.endedAt === undefined;
  }

  resume(): void {
    if (this.isOpen) return;
    this.endedAt = undefined;
    this.changed();
  }

  /** Idempotent: only the first end counts. */
  end(at: number, type: DisconnectType): void {
    if (!this.isOpen) return;
    this.endedAt = at;
    this.disconnectType = type;
    this.changed();
  }

  /** Events are in no participant's list of messages. */
  add(message: GuestMessage): void {
    if (message.content.type === 'Event') return;
    (message.direction === 'Inbound' ? this.customer : this.queue).add(message);
    this.changed();
  }

  /** Returns the conversation as the state calls of all channels read it. */
  toView(): ConversationView {
    const { id, startedAt, endedAt } = this;
    const disconnectType = endedAt === undefined ? undefined : this.disconnectType;
    const times = { startedAt, connectedAt: startedAt, endedAt, disconnectType };
    const participants = [this.customer.toView(times, this.attributes), this.queue.toView(times, {})];
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
      endedAt === undefined
        ? { state: 'connected' }
        : { state: 'disconnected', disconnectType: restSpelling(this.disconnectType) };
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
  private readonly messages: MessageView[] = [];

  constructor(
    private readonly purpose: 'customer' | 'acd',
    private readonly queueId?: string,
  ) {}

  add({ id, at, status, content: { type } }: GuestMessage): void {
    this.messages.push({ messageId: id, messageTime: isoOf(at), messageStatus: status, type });
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
  }

  toView(times: Omit<SessionView, 'id'>, attributes: Fields): ParticipantView {
    const { id, purpose, queueId, messages } = this;
    const sessions = [{ id: this.communicationId, ...times }];
    const unknown = { name: undefined, address: undefined, userId: undefined };
    return { id, purpose, queueId, attributes, sessions, messages, ...unknown, ...NO_AFTER_CALL_WORK };
  }

  toResource(): {
    readonly id: string;
    readonly purpose: string;
    readonly messages: readonly Omit<MessageView, 'type'>[];
  } {
    const { id, purpose } = this;
    const messages = this.messages.map(({ messageId, messageTime, messageStatus }) => ({
      messageId,
      messageTime,
      messageStatus,
    }));
    return { id, purpose, messages };
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
