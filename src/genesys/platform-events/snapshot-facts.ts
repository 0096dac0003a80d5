import { omitUndefined } from '../fields';
import type { ConversationSnapshot } from './conversation-snapshot';
import { isTransfer } from './disconnect-type';
import type { Participant } from './participant';
import type { PlatformFact } from '../../session/domain/platform-fact';

type Common = Pick<PlatformFact, 'conversationId'> & { readonly source: 'snapshot' };

/** The order of facts of the same millisecond: one part goes, another one comes, and after-call work is last. */
const RANKS: Record<PlatformFact['kind'], number> = {
  'agent-left': 0,
  transferred: 0,
  bot: 1,
  waiting: 1,
  'agent-joined': 2,
  ended: 3,
  'wrapped-up': 4,
};

const BEFORE_ALL = -1;

/**
 * The facts of `next` that `previous` did not have, in the order of their times. Without a previous snapshot these are all
 * facts that `next` shows. A snapshot older than the previous one gives none, and so does a repeated one; a conversation
 * ends at most once. An agent that declined is reported as left without having joined, because `user.start` may have
 * reported it.
 */
export function factsBetween(
  previous: ConversationSnapshot | undefined,
  next: ConversationSnapshot,
): readonly PlatformFact[] {
  if (previous !== undefined && next.latestAt < previous.latestAt) return [];
  const common: Common = { conversationId: next.conversationId, source: 'snapshot' };
  const facts: readonly PlatformFact[] = [
    ...assignmentFacts(previous, next, common),
    ...next.agents.flatMap((agent) => [
      ...presenceFacts(sameAgent(previous, agent), agent, next.latestAt, common),
      ...wrapUpFacts(previous, next, agent, common),
    ]),
    ...endFacts(previous, next, common),
  ];
  const rankOf = (fact: PlatformFact): number => (isBrief(fact, facts) ? BEFORE_ALL : RANKS[fact.kind]);
  return facts.toSorted((one, other) => one.at - other.at || rankOf(one) - rankOf(other));
}

/** Whether an agent joined and left in the same millisecond. */
function isBrief(fact: PlatformFact, facts: readonly PlatformFact[]): boolean {
  const leaves = ({ kind, participantId, at }: PlatformFact): boolean =>
    (kind === 'agent-left' || kind === 'transferred') &&
    participantId === fact.participantId &&
    at === fact.at;
  return fact.kind === 'agent-joined' && facts.some(leaves);
}

/** The previous state of an agent. A participant without an id, which no schema has, is told by its start. */
function sameAgent(previous: ConversationSnapshot | undefined, agent: Participant): Participant | undefined {
  return previous?.agents.find(
    ({ participantId, startedAt }) =>
      participantId === agent.participantId && (participantId !== undefined || startedAt === agent.startedAt),
  );
}

function assignmentFacts(
  previous: ConversationSnapshot | undefined,
  next: ConversationSnapshot,
  common: Common,
): readonly PlatformFact[] {
  const isSame = previous?.assignment === next.assignment && previous.queueId === next.queueId;
  if (isSame || previous?.ended !== undefined) return [];
  const { assignment: kind, since: at, servedBy: participantId, queueId } = next;
  const served = { ...common, at, ...omitUndefined({ participantId }) };
  if (kind === 'bot') return [{ kind, ...served }];
  return kind === 'waiting' ? [{ kind, ...served, ...omitUndefined({ queueId }) }] : [];
}

function presenceFacts(
  before: Participant | undefined,
  agent: Participant,
  latestAt: number,
  common: Common,
): readonly PlatformFact[] {
  const { queueId, connectedAt } = agent;
  const party = { ...common, ...partyOf(agent) };
  const facts: PlatformFact[] = [];
  if (hasAnswered(agent) && (before === undefined || !hasAnswered(before)))
    facts.push({
      kind: 'agent-joined',
      ...party,
      at: connectedAt ?? latestAt,
      ...omitUndefined({ queueId }),
    });
  if (agent.state === 'ended' && before?.state !== 'ended') facts.push(departureOf(agent, latestAt, party));
  return facts;
}

function partyOf({ participantId, userId }: Participant): { participantId?: string; userId?: string } {
  return omitUndefined({ participantId, userId });
}

function hasAnswered({ state, connectedAt }: Participant): boolean {
  return state === 'connected' || connectedAt !== undefined;
}

function departureOf(agent: Participant, latestAt: number, party: Common): PlatformFact {
  const at = agent.endedAt ?? latestAt;
  const declined = !hasAnswered(agent);
  return !declined && isTransfer(agent.disconnect?.type)
    ? { kind: 'transferred', ...party, at }
    : { kind: 'agent-left', ...party, at, declined };
}

/**
 * The wrap-up of an agent that is new or changed. Between different shapes a change means nothing: their codes may be ids
 * or names.
 */
function wrapUpFacts(
  previous: ConversationSnapshot | undefined,
  next: ConversationSnapshot,
  agent: Participant,
  common: Common,
): readonly PlatformFact[] {
  const known = sameAgent(previous, agent)?.wrapUp;
  if (agent.wrapUp === undefined || (known !== undefined && previous?.shape !== next.shape)) return [];
  const { at, ...result } = agent.wrapUp;
  if (known?.code === result.code && known.notes === result.notes) return [];
  return [{ kind: 'wrapped-up', ...common, ...partyOf(agent), at: at ?? next.latestAt, ...result }];
}

function endFacts(
  previous: ConversationSnapshot | undefined,
  { ended }: ConversationSnapshot,
  common: Common,
): readonly PlatformFact[] {
  return ended === undefined || previous?.ended !== undefined ? [] : [{ kind: 'ended', ...common, ...ended }];
}
