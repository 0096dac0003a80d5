/**
 * The party or the condition that ended a conversation. `inactivity` is a timeout of a silent conversation, `expired` the end
 * of the guest's session, `platform` an error, the system, a flow, or an end whose cause is unknown.
 */
export const ENDED_BY = ['customer', 'agent', 'inactivity', 'expired', 'spam', 'platform'] as const;

export type EndedBy = (typeof ENDED_BY)[number];

interface Occurrence {
  /** The id of the conversation in Genesys Cloud. */
  readonly conversationId: string;
  /** Epoch milliseconds, as the platform states them. */
  readonly at: number;
  readonly participantId?: string;
  /** The evidence: the topic of a detail event, or `snapshot` for a participant list. */
  readonly source: string;
}

/** The conversation waits in a queue. The queue is absent if the platform does not state it. */
export interface Waiting extends Occurrence {
  readonly kind: 'waiting';
  readonly queueId?: string;
}

/** A flow or a bot serves the conversation. */
export interface ServedByBot extends Occurrence {
  readonly kind: 'bot';
}

/**
 * An agent takes part. With the source `user.start` the agent may still be alerted and may decline, which `agent-left` with
 * `declined` then reports; the sources `acd.end` and `snapshot` mean an agent that answered.
 */
export interface AgentJoined extends Occurrence {
  readonly kind: 'agent-joined';
  readonly userId?: string;
  readonly queueId?: string;
}

/** An agent no longer takes part. The conversation goes on. */
export interface AgentLeft extends Occurrence {
  readonly kind: 'agent-left';
  readonly userId?: string;
  /** True if the agent never answered: it declined, or its alert timed out. */
  readonly declined: boolean;
}

/** An agent handed the conversation over. The conversation goes on. */
export interface Transferred extends Occurrence {
  readonly kind: 'transferred';
  readonly userId?: string;
}

/** The customer's part is over. */
export interface ConversationEnded extends Occurrence {
  readonly kind: 'ended';
  readonly by: EndedBy;
  /** The disconnect type as the platform spells it, at most 64 characters. */
  readonly disconnectType?: string;
}

/** An agent finished the after-call work, which may be after the end of the conversation. */
export interface WrappedUp extends Occurrence {
  readonly kind: 'wrapped-up';
  readonly userId?: string;
  /** The id or the name of the wrap-up code. */
  readonly code: string;
  /** Empty without notes. */
  readonly notes: string;
  readonly tags: readonly string[];
  readonly durationMs?: number;
}

/** A fact about a conversation that the platform reports. Only `ended` ends a conversation. */
export type PlatformFact =
  Waiting | ServedByBot | AgentJoined | AgentLeft | Transferred | ConversationEnded | WrappedUp;

/**
 * The key by which a repeated fact is recognised, whatever its source: kind, participant and user, or the time if neither is
 * known. A participant waits, joins, leaves and wraps up once.
 */
export function factKeyOf(fact: PlatformFact): string {
  const { kind, participantId = '' } = fact;
  const userId = ('userId' in fact ? fact.userId : undefined) ?? '';
  if (kind === 'ended') return kind;
  // Ids have no spaces.
  return participantId === '' && userId === ''
    ? `${kind} at:${fact.at}`
    : `${kind} ${participantId} ${userId}`;
}

/**
 * Whether two keys are of the same fact. Sources that do not name the participant, such as the answer of a queue, name the
 * user.
 */
export function isSameFact(one: string, other: string): boolean {
  if (one === other) return true;
  const [kind, participantId, userId] = one.split(' ');
  const [otherKind, otherParticipantId, otherUserId] = other.split(' ');
  if (kind !== otherKind) return false;
  const isNamed = hasText(participantId) && hasText(otherParticipantId);
  return isNamed ? participantId === otherParticipantId : hasText(userId) && userId === otherUserId;
}

function hasText(id: string | undefined): boolean {
  return id !== undefined && id !== '';
}
