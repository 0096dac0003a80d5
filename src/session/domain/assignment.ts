import type {
  AgentJoined,
  AgentLeft,
  PlatformFact,
  ServedByBot,
  Transferred,
  Waiting,
} from './platform-fact';

/** The party that serves a conversation; `none` between two of them and after the end. */
export const ASSIGNMENT_STATES = ['bot', 'waiting', 'agent', 'none'] as const;

export type AssignmentState = (typeof ASSIGNMENT_STATES)[number];

/** The party that serves a conversation, as Genesys Cloud has reported it. */
export interface Assignment {
  readonly state: AssignmentState;
  /** Epoch milliseconds, as the platform states them. */
  readonly since: number;
  /** The queue of `waiting` and `agent`, as far as it is known. */
  readonly queueId?: string;
  /** The agent. */
  readonly userId?: string;
}

/** The result of an agent's after-call work. `code` is the id or the name of a wrap-up code. */
export interface WrapUp {
  readonly code: string;
  /** Personal data may be in it: empty without notes, and once the guest is erased. */
  readonly notes: string;
  readonly tags: readonly string[];
  readonly durationMs?: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly userId?: string;
}

/** Facts that change the party that serves a conversation. */
export type AssignmentFact = Waiting | ServedByBot | AgentJoined | AgentLeft | Transferred;

export function isAssignmentFact(fact: PlatformFact): fact is AssignmentFact {
  return fact.kind !== 'ended' && fact.kind !== 'wrapped-up';
}

/**
 * The assignment after a fact. A fact from before the current one changes nothing, so that the order of arrival does not
 * matter; neither does the departure of an agent that another one has followed.
 */
export function assignmentAfter(
  current: Assignment | undefined,
  fact: AssignmentFact,
): Assignment | undefined {
  if (current !== undefined && fact.at < current.since) return current;
  const next = { since: fact.at };
  switch (fact.kind) {
    case 'waiting':
      return { state: 'waiting', ...next, ...queueOf(fact) };
    case 'bot':
      return { state: 'bot', ...next };
    case 'agent-joined':
      return { state: 'agent', ...next, ...queueOf(fact), ...userOf(fact) };
    case 'agent-left':
    case 'transferred':
      return afterDeparture(current, fact);
  }
}

/** An agent that declined leaves the customer in the queue. */
function afterDeparture(
  current: Assignment | undefined,
  fact: AgentLeft | Transferred,
): Assignment | undefined {
  const isOfAnother =
    current?.state === 'agent' && current.userId !== fact.userId && fact.userId !== undefined;
  if (isOfAnother || current?.state === 'waiting' || current?.state === 'bot') return current;
  const since = fact.at;
  if (fact.kind !== 'agent-left' || !fact.declined) return { state: 'none', since };
  return { state: 'waiting', since, ...(current === undefined ? {} : queueOf(current)) };
}

/** Whether two assignments are the same but for their times. */
export function isSameAssignment(one: Assignment | undefined, other: Assignment | undefined): boolean {
  return one?.state === other?.state && one?.queueId === other?.queueId && one?.userId === other?.userId;
}

function queueOf({ queueId }: { readonly queueId?: string }): { readonly queueId?: string } {
  return queueId === undefined ? {} : { queueId };
}

function userOf({ userId }: { readonly userId?: string }): { readonly userId?: string } {
  return userId === undefined ? {} : { userId };
}
