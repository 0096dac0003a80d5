import { type Fields, idIn, isFields, objectsIn, omitUndefined } from '../fields';
import { analyticsParticipantOf } from './analytics-participant';
import { type DisconnectType, endedByOf, isTransfer } from './disconnect-type';
import { momentIn } from './field-readers';
import { mediaParticipantOf } from './media-participant';
import { latestOf, type Participant } from './participant';
import type { EndedBy } from '../../session/domain/platform-fact';
import type { WrapUp } from './wrap-up';

/**
 * The shape that a snapshot was read from. `message-conversation` is the body of the queue and user topics and the response
 * of `GET /conversations/messages/{id}`, `conversation` the response of `GET /conversations/{id}`.
 */
export type SnapshotShape = 'message-conversation' | 'conversation' | 'analytics-details';

export type Assignment = 'bot' | 'waiting' | 'agent' | 'none';

export interface SnapshotEnd {
  readonly at: number;
  readonly by: EndedBy;
  /** The type of the customer's part as the platform spells it. */
  readonly disconnectType?: string;
}

/** The state of a conversation at one moment. Times are epoch milliseconds. */
export interface ConversationSnapshot {
  readonly conversationId: string;
  readonly shape: SnapshotShape;
  /** The latest time inside, by which snapshots are ordered. */
  readonly latestAt: number;
  readonly ended?: SnapshotEnd;
  /** `none` after the end, and while nothing serves the conversation. */
  readonly assignment: Assignment;
  /** The begin of the assignment. */
  readonly since: number;
  /** The queue in which the conversation waits. */
  readonly queueId?: string;
  /** The participant of the queue or the flow. */
  readonly servedBy?: string;
  /** The last 20 agents that were contacted, in the order of their start. */
  readonly agents: readonly Participant[];
  /** The last wrap-up; those of earlier agents are in `agents`. */
  readonly wrapUp?: WrapUp;
  /** The customer's attributes: at most 100. */
  readonly attributes: Readonly<Record<string, string>>;
}

const MAX_AGENTS = 20;

/**
 * Reads a participant list of any of the shapes; at most 1,000 participants are read. Undefined for a value that is no
 * conversation. `receivedAt` is in epoch milliseconds.
 */
export function snapshotOf(value: unknown, receivedAt: number): ConversationSnapshot | undefined {
  if (!isFields(value)) return undefined;
  const analyticsId = idIn(value, 'conversationId');
  const conversationId = analyticsId ?? idIn(value, 'id');
  if (conversationId === undefined || !Array.isArray(value['participants'])) return undefined;
  const read = analyticsId === undefined ? mediaParticipantOf : analyticsParticipantOf;
  const participants = objectsIn(value, 'participants')
    .map((fields) => read(fields, receivedAt))
    .sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0));
  return {
    conversationId,
    shape: analyticsId === undefined ? shapeOf(value) : 'analytics-details',
    ...stateOf(participants, value, receivedAt),
  };
}

function shapeOf(value: Fields): SnapshotShape {
  return 'startTime' in value || 'endTime' in value ? 'conversation' : 'message-conversation';
}

function stateOf(
  participants: readonly Participant[],
  value: Fields,
  receivedAt: number,
): Omit<ConversationSnapshot, 'conversationId' | 'shape'> {
  const at = (name: string): number | undefined => momentIn(value, name, receivedAt);
  const closedAt = at('endTime') ?? at('conversationEnd');
  const times = [closedAt, at('startTime'), at('conversationStart')];
  const latestAt = latestOf([...times, ...participants.map((one) => one.latestAt)]) ?? receivedAt;
  const agents = participants.filter(({ role }) => role === 'agent');
  const customer = participants.findLast(({ role }) => role === 'customer');
  const ended = endOf(customer, agents, closedAt, latestAt);
  return {
    latestAt,
    ...assignmentOf(participants, ended, latestAt),
    agents: agents.slice(-MAX_AGENTS),
    attributes: customer?.attributes ?? {},
    ...omitUndefined({ ended, wrapUp: lastWrapUp(agents) }),
  };
}

/** The end by the conversation's own time, else by the customer's last part; a transfer of that part is no end. */
function endOf(
  customer: Participant | undefined,
  agents: readonly Participant[],
  closedAt: number | undefined,
  latestAt: number,
): SnapshotEnd | undefined {
  const isOver = customer?.state === 'ended';
  if (closedAt === undefined && !isOver) return undefined;
  const by = endedBy(customer, agents);
  if (closedAt === undefined && by === undefined) return undefined;
  return {
    // After-call work closes the conversation later than the customer's part ends.
    at: (isOver ? customer.endedAt : undefined) ?? closedAt ?? latestAt,
    by: by ?? 'platform',
    ...omitUndefined({ disconnectType: customer?.disconnect?.raw }),
  };
}

/**
 * The party that ended the conversation. Without an agent that answered, a `peer` was a flow, which is the system, and a
 * `client` a request for the customer, such as one of this service.
 */
function endedBy(customer: Participant | undefined, agents: readonly Participant[]): EndedBy | undefined {
  const type = customer?.disconnect?.type;
  const answered = agents.filter(({ connectedAt }) => connectedAt !== undefined);
  if (customer?.cleared === true) return 'customer';
  if (answered.length > 0) return endedByOf(type, lastTypeOf(answered));
  return type === 'client' ? 'customer' : endedByOf(type, 'system');
}

/** The type of the agent that left last, without agents that transferred. */
function lastTypeOf(agents: readonly Participant[]): DisconnectType | undefined {
  return agents
    .filter(({ disconnect }) => disconnect?.type !== undefined && !isTransfer(disconnect.type))
    .reduce<Participant | undefined>(
      (last, next) => ((next.endedAt ?? 0) >= (last?.endedAt ?? 0) ? next : last),
      undefined,
    )?.disconnect?.type;
}

/** The last wrap-up by its time; one without a time counts as that of the agent's order. */
function lastWrapUp(agents: readonly Participant[]): WrapUp | undefined {
  return agents
    .flatMap(({ wrapUp }) => wrapUp ?? [])
    .reduce<WrapUp | undefined>(
      (last, next) => (last?.at !== undefined && next.at !== undefined && next.at < last.at ? last : next),
      undefined,
    );
}

/** The assignment in the order of decision: end, agent, queue, bot. An agent that is alerted leaves the customer waiting. */
function assignmentOf(
  participants: readonly Participant[],
  ended: SnapshotEnd | undefined,
  latestAt: number,
): Pick<ConversationSnapshot, 'assignment' | 'since' | 'queueId' | 'servedBy'> {
  if (ended !== undefined) return { assignment: 'none', since: ended.at };
  const last = (isServing: (one: Participant) => boolean): Participant | undefined =>
    participants.findLast(isServing);
  const since = (one: Participant): number => one.connectedAt ?? one.startedAt ?? latestAt;
  const agent = last(({ role, state }) => role === 'agent' && state === 'connected');
  if (agent !== undefined) return { assignment: 'agent', since: since(agent) };
  const isPresent = ({ state }: Participant): boolean => state === 'connected' || state === 'alerting';
  const queue = last((one) => one.role === 'acd' && isPresent(one));
  const waiting = queue ?? last((one) => one.role === 'agent' && isPresent(one));
  if (waiting !== undefined) {
    const { queueId } = waiting;
    const servedBy = queue?.participantId;
    return { assignment: 'waiting', since: since(waiting), ...omitUndefined({ queueId, servedBy }) };
  }
  const bot = last(({ role, state }) => role === 'bot' && state === 'connected');
  if (bot !== undefined)
    return { assignment: 'bot', since: since(bot), ...omitUndefined({ servedBy: bot.participantId }) };
  return { assignment: 'none', since: latestAt };
}
