import { randomUUID } from 'node:crypto';
import { ConversationView, MessageView, WrapupView } from '../genesys/conversation-view';
import { DisconnectType } from './disconnect-type';
import { ReceivedMessage, ReceivedReceipt } from './open-message';
import { OpenParticipant, ParticipantOptions, Purpose } from './open-participant';

/** The side that ends a conversation; `api` is a PATCH of the whole conversation. */
export type EndedBy = 'agent' | 'customer' | 'inactivity' | 'system' | 'spam' | 'api';

export interface EndTypes {
  readonly customer: DisconnectType;
  /** Agents and all other participants that are still there. */
  readonly agent: DisconnectType;
}

export interface Agent {
  readonly userId: string;
  readonly name?: string;
}

const KEPT_MESSAGES = 1_000;
const KEPT_PARTICIPANTS = 200;

/**
 * A conversation of one guest over one integration, with counts of every request for it.
 *
 *   open ── end(by) ──▶ ended ── revive() ──▶ open
 *
 * It begins with the customer in a flow (`workflow`), may wait in a queue (`acd`) and then has an agent; whichever
 * comes next disconnects the one before with `transfer`. The customer stays the same participant.
 */
export class OpenConversation implements ConversationView {
  readonly id = randomUUID();
  readonly messageType = 'open';
  readonly customer: OpenParticipant;
  readonly participants: OpenParticipant[] = [];
  /** The newest thousand messages of the guest, repeats excluded, in the order of arrival. */
  readonly received: ReceivedMessage[] = [];
  /** The newest thousand receipts. */
  readonly receipts: ReceivedReceipt[] = [];
  /** Number of accepted messages and structured responses, repeats included. */
  posts = 0;
  /** Number of posts with a message id that had arrived before. */
  repeats = 0;
  /** Number of typing events of the guest. */
  typings = 0;
  /** Number of times that a message continued the ended conversation. */
  revivals = 0;
  endedBy: EndedBy | undefined;
  endedAt: number | undefined;
  /** Called after each change that other parts of the platform see. */
  changed: () => void = () => undefined;

  constructor(
    readonly integrationId: string,
    readonly guestId: string,
    readonly startedAt: number,
    readonly direction: 'inbound' | 'outbound' = 'inbound',
  ) {
    this.customer = this.enter({ purpose: 'customer', address: guestId });
    this.enter({ purpose: direction === 'inbound' ? 'workflow' : 'api' });
  }

  get isOpen(): boolean {
    return this.endedAt === undefined;
  }

  /** The connected agent, or the queue or flow that the guest is in. */
  get stage(): OpenParticipant | undefined {
    return this.participants.findLast(
      ({ purpose, state }) => purpose !== 'customer' && state === 'connected',
    );
  }

  get agent(): OpenParticipant | undefined {
    return this.stage?.purpose === 'agent' ? this.stage : undefined;
  }

  revive(at: number): void {
    this.revivals += 1;
    this.endedAt = undefined;
    this.endedBy = undefined;
    this.customer.begin('connected', at);
    this.enter({ purpose: 'workflow' }, at);
    this.changed();
  }

  enqueue(queueId: string, at: number): void {
    this.handOver(at);
    this.enter({ purpose: 'acd', queueId }, at);
    this.changed();
  }

  /** Offers the conversation to an agent; the guest keeps waiting. */
  alert(agent: Agent, at: number): void {
    this.enter({ purpose: 'agent', ...agent, queueId: this.stage?.queueId }, at, 'alerting');
    this.changed();
  }

  /** Lets the offer to an agent lapse; returns whether there was one. */
  decline(at: number): boolean {
    const offered = this.findLast('agent', 'alerting');
    offered?.end('transfer.noanswer', at);
    this.changed();
    return offered !== undefined;
  }

  /** Connects an agent, with or without an offer before. Another connected agent leaves by transfer. */
  join(agent: Agent, at: number): void {
    if (this.agent?.userId === agent.userId) return;
    const queueId = this.stage?.queueId;
    const offered = this.findLast('agent', 'alerting');
    this.handOver(at);
    if (offered?.userId === agent.userId) offered.answer(at);
    else {
      offered?.end('transfer', at);
      this.enter({ purpose: 'agent', ...agent, queueId }, at);
    }
    this.changed();
  }

  /** Idempotent: only the first end counts. */
  end(by: EndedBy, types: EndTypes, at: number): void {
    if (!this.isOpen) return;
    this.endedBy = by;
    this.endedAt = at;
    for (const participant of this.participants)
      participant.end(participant === this.customer ? types.customer : types.agent, at);
    this.changed();
  }

  /** Completes the after-call work of the latest agent; returns whether there was any. */
  wrapUp(wrapup: Omit<WrapupView, 'durationSeconds' | 'endedAt'>, at: number): boolean {
    const agent = this.participants.findLast(({ hasAfterCallWork }) => hasAfterCallWork);
    agent?.wrapUp(wrapup, at);
    this.changed();
    return agent !== undefined;
  }

  receive(message: ReceivedMessage): void {
    keep(this.received, message);
    const messageTime = new Date(message.at).toISOString();
    const type = message.kind === 'message' ? 'Text' : 'Structured';
    this.customer.add({ messageId: message.id, messageTime, messageStatus: 'received', type });
    this.changed();
  }

  keepReceipt(receipt: ReceivedReceipt): void {
    keep(this.receipts, receipt);
  }

  /** Adds a message of the organisation to the agent's list for a human, and to the flow's for a bot. */
  say(by: 'Human' | 'Bot', entry: MessageView): void {
    const purpose = by === 'Human' ? 'agent' : 'workflow';
    const speaker = this.participants.findLast((one) => one.purpose === purpose) ?? this.stage;
    (speaker ?? this.customer).add(entry);
    this.changed();
  }

  /** The conversation as the API shows it; only its participants have a state. */
  toResource(selfUri: string): unknown {
    const participants = this.participants.map((participant) => participant.toResource(selfUri));
    return { id: this.id, participants, otherMediaUris: [], recentTransfers: [], divisions: [], selfUri };
  }

  toSummary(): unknown {
    const { id, integrationId, guestId, isOpen, endedBy, posts, repeats, typings, revivals, received } = this;
    const participants = this.participants.map(({ purpose, state }) => ({ purpose, state }));
    const counts = { posts, repeats, typings, revivals, receipts: this.receipts.length };
    return { id, integrationId, guestId, isOpen, endedBy, ...counts, participants, received };
  }

  private enter(
    options: ParticipantOptions,
    at = this.startedAt,
    state: 'alerting' | 'connected' = 'connected',
  ): OpenParticipant {
    const participant = new OpenParticipant(options);
    participant.begin(state, at);
    this.participants.push(participant);
    // The first is the customer.
    if (this.participants.length > KEPT_PARTICIPANTS) this.participants.splice(1, 1);
    return participant;
  }

  private handOver(at: number): void {
    for (const participant of this.participants) {
      if (participant !== this.customer && participant.state === 'connected') participant.end('transfer', at);
    }
  }

  private findLast(purpose: Purpose, state: OpenParticipant['state']): OpenParticipant | undefined {
    return this.participants.findLast((one) => one.purpose === purpose && one.state === state);
  }
}

function keep<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > KEPT_MESSAGES) list.shift();
}
