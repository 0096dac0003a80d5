import { type Fields, idIn, omitUndefined, textIn } from '../fields';
import { disconnectIn, endedByOf, isTransfer } from './disconnect-type';
import type { DetailEvent } from './event-envelope';
import { countIn, storableTextIn, tagsIn } from './field-readers';
import type { AgentJoined, PlatformFact } from '../../session/domain/platform-fact';
import type { DetailSuffix } from './topic';
import { MAX_CODE_LENGTH, MAX_NOTES_LENGTH } from './wrap-up';

type Common = Pick<AgentJoined, 'conversationId' | 'at' | 'participantId' | 'source'>;
type Reader = (body: Fields, common: Common) => PlatformFact | undefined;

/** Flows that run beside the waiting or after the end, instead of serving the conversation. */
const NO_BOT = /^(INQUEUE|SURVEYINVITE|WORKFLOW)/;

/**
 * Readers by topic. The other topics state nothing new: `customer.start` is known before, and after `flow.end` comes the
 * start or the end of another part.
 */
const READERS: Partial<Record<DetailSuffix, Reader>> = {
  'customer.end': endOf,
  'acd.start': waitingOf,
  'acd.end': answeredOf,
  'user.start': joinedOf,
  'user.end': leftOf,
  'flow.start': botOf,
  acw: wrappedUpOf,
  wrapup: wrappedUpOf,
};

/** The fact that a detail event states, or undefined. Only `customer.end` ends a conversation, and not with a transfer. */
export function detailFactOf(event: DetailEvent): PlatformFact | undefined {
  const { suffix, conversationId, at, body } = event;
  const common = {
    conversationId,
    at,
    source: suffix,
    ...omitUndefined({ participantId: idIn(body, 'participantId') }),
  };
  return READERS[suffix]?.(body, common);
}

/**
 * `customer.end` with or without a disconnect type, which is missing in a sample of Genesys. Without one the cause is
 * `platform`.
 */
function endOf(body: Fields, common: Common): PlatformFact {
  const disconnect = disconnectIn(body, 'disconnectType');
  const by = endedByOf(disconnect?.type);
  return by === undefined
    ? { kind: 'transferred', ...common }
    : { kind: 'ended', ...common, by, ...omitUndefined({ disconnectType: disconnect?.raw }) };
}

function waitingOf(body: Fields, common: Common): PlatformFact {
  return { kind: 'waiting', ...common, ...omitUndefined({ queueId: idIn(body, 'queueId') }) };
}

/** The participant of `acd.end` is the queue's, not the agent's. */
function answeredOf(body: Fields, { conversationId, at, source }: Common): PlatformFact | undefined {
  if (textIn(body, 'acdOutcome')?.toUpperCase() !== 'ANSWERED') return undefined;
  const agent = { userId: idIn(body, 'answeredUserId'), queueId: idIn(body, 'queueId') };
  return { kind: 'agent-joined', conversationId, at, source, ...omitUndefined(agent) };
}

function joinedOf(body: Fields, common: Common): PlatformFact {
  const agent = { userId: idIn(body, 'userId'), queueId: idIn(body, 'queueId') };
  return { kind: 'agent-joined', ...common, ...omitUndefined(agent) };
}

function leftOf(body: Fields, common: Common): PlatformFact {
  const agent = { ...common, ...omitUndefined({ userId: idIn(body, 'userId') }) };
  if (hasDeclined(body)) return { kind: 'agent-left', ...agent, declined: true };
  return isTransfer(disconnectIn(body, 'disconnectType')?.type)
    ? { kind: 'transferred', ...agent }
    : { kind: 'agent-left', ...agent, declined: false };
}

/** Whether an agent was alerted and never answered. An event without durations tells nothing about it. */
function hasDeclined(body: Fields): boolean {
  const total = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (countIn(body, name) ?? 0), 0);
  return (
    total(['alertingDurationMs', 'contactingDurationMs', 'dialingDurationMs']) > 0 &&
    total(['interactingDurationMs', 'heldDurationMs']) === 0
  );
}

function botOf(body: Fields, common: Common): PlatformFact | undefined {
  const flowType = textIn(body, 'flowType')?.toUpperCase() ?? '';
  return NO_BOT.test(flowType) ? undefined : { kind: 'bot', ...common };
}

/** `acw` comes at the end of the after-call work, `wrapup` for a code without it. Either may lack a code: no wrap-up. */
function wrappedUpOf(body: Fields, common: Common): PlatformFact | undefined {
  const code = storableTextIn(body, 'wrapupCode', MAX_CODE_LENGTH);
  if (code === undefined) return undefined;
  return {
    kind: 'wrapped-up',
    ...common,
    code,
    notes: storableTextIn(body, 'wrapupNotes', MAX_NOTES_LENGTH) ?? '',
    tags: tagsIn(body, 'wrapupTags'),
    ...omitUndefined({ userId: idIn(body, 'userId'), durationMs: countIn(body, 'wrapupDurationMs') }),
  };
}
