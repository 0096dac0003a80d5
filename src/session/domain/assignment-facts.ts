import type { Assignment, WrapUp } from './assignment';
import type { ConversationEnded, PlatformFact } from './platform-fact';
import type { SessionEvent } from './session-event';

/** The metadata of the event of a fact: the assignment after it, the agent, and the wrap-up. */
export function assignmentFactsOf(
  fact: Exclude<PlatformFact, ConversationEnded>,
  assignment: Assignment | undefined,
  wrapUp: WrapUp | undefined,
): SessionEvent['metadata'] {
  const userId = 'userId' in fact ? fact.userId : undefined;
  const queueId = assignment?.queueId;
  return {
    assignment: assignment?.state ?? 'none',
    ...(queueId === undefined ? {} : { assignedQueueId: queueId }),
    ...(userId === undefined ? {} : { userId }),
    ...(fact.kind === 'agent-left' ? { declined: fact.declined } : {}),
    ...(fact.kind === 'wrapped-up' && wrapUp !== undefined ? wrapUpFactsOf(wrapUp) : {}),
  };
}

function wrapUpFactsOf({ code, notes, tags, durationMs }: WrapUp): SessionEvent['metadata'] {
  return {
    wrapUpCode: code,
    wrapUpNotes: notes,
    wrapUpTags: tags,
    ...(durationMs === undefined ? {} : { wrapUpDurationMs: durationMs }),
  };
}
