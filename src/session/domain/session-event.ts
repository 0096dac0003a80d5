import type { ConversationMessage } from './conversation-message';

/**
 * The states of a session that the CRM hears of. Each is sent at most once per session.
 *
 * @publicApi
 */
export type CrmState = 'connected' | 'disconnected' | 'terminated';

/**
 * Facts about the party that serves a conversation, as Genesys Cloud reports them. Each is sent once per participant.
 *
 * @publicApi
 */
export const ASSIGNMENT_EVENTS = [
  'waiting',
  'bot',
  'agent-joined',
  'agent-left',
  'transferred',
  'wrapped-up',
] as const;

export type AssignmentEvent = (typeof ASSIGNMENT_EVENTS)[number];

const MESSAGE_TYPES = { 'message-received': 'message.received', 'message-sent': 'message.sent' } as const;

/**
 * Messages of a conversation: `message-received` comes from the agent's side or a bot, `message-sent` from the guest.
 *
 * @publicApi
 */
export type MessageEventState = keyof typeof MESSAGE_TYPES;

/**
 * State, fact or message that an event tells; `test` belongs to no session and is sent on request of an operator.
 *
 * @publicApi
 */
export type EventState = CrmState | AssignmentEvent | MessageEventState | 'test';

/**
 * The type of an event, such as `session.connected`, `assignment.agent-joined` or `message.received`.
 *
 * @publicApi
 */
export function eventTypeOf(state: EventState): string {
  if (isMessageEvent(state)) return MESSAGE_TYPES[state];
  return isAssignmentEvent(state) ? `assignment.${state}` : `session.${state}`;
}

export function isAssignmentEvent(state: EventState): state is AssignmentEvent {
  return ASSIGNMENT_EVENTS.some((event) => event === state);
}

/** The state of the event of a message, by the side that it comes from. */
export function messageStateOf({ direction }: Pick<ConversationMessage, 'direction'>): MessageEventState {
  return direction === 'inbound' ? 'message-sent' : 'message-received';
}

function isMessageEvent(state: EventState): state is MessageEventState {
  return Object.hasOwn(MESSAGE_TYPES, state);
}

/**
 * A change of a session, or of the party that serves it, or a message, that others are told about, durable from the transaction
 * that made it.
 * `sequence` numbers the events of one conversation from 1, without gaps.
 *
 * @publicApi
 */
export interface SessionEvent {
  /** The same in every attempt to deliver it: the receiver's key against duplicates. */
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: EventState;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly metadata: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Present in the states of a message, until its guest is erased. */
  readonly message?: ConversationMessage;
}
