import { ConversationView, ParticipantView, SessionView } from '../genesys/conversation-view';

/** A change in the life of a participant since the last look. */
export type Transition =
  | {
      readonly kind: 'started' | 'ended';
      readonly participant: ParticipantView;
      readonly session: SessionView;
    }
  | { readonly kind: 'wrapped-up'; readonly participant: ParticipantView; readonly session: undefined };

type Stage = 'live' | 'ended' | 'wrapped-up';

const MAX_CONVERSATIONS = 100_000;

/**
 * Derives transitions from states: it remembers the stage of every session and wrap-up that it has seen, for the
 * newest 100,000 conversations. A session that lives again has started again.
 */
export class ConversationTracker {
  private readonly seen = new Map<string, ReadonlyMap<string, Stage>>();

  /** Returns the transitions since the last call for this conversation, in the order of its participants. */
  transitionsOf({ id, participants }: ConversationView): Transition[] {
    const before = this.seen.get(id) ?? new Map<string, Stage>();
    const after = new Map<string, Stage>();
    const transitions: Transition[] = [];
    for (const participant of participants) {
      for (const session of participant.sessions) {
        const stage = session.endedAt === undefined ? 'live' : 'ended';
        after.set(session.id, stage);
        for (const kind of stepsBetween(before.get(session.id), stage))
          transitions.push({ kind, participant, session });
      }
      if (participant.wrapup === undefined) continue;
      after.set(participant.id, 'wrapped-up');
      if (!before.has(participant.id))
        transitions.push({ kind: 'wrapped-up', participant, session: undefined });
    }
    this.keep(id, after);
    return transitions;
  }

  clear(): void {
    this.seen.clear();
  }

  private keep(id: string, stages: ReadonlyMap<string, Stage>): void {
    this.seen.set(id, stages);
    const [oldest] = this.seen.keys();
    if (this.seen.size > MAX_CONVERSATIONS && oldest !== undefined) this.seen.delete(oldest);
  }
}

/** A session may begin and end between two looks. */
function stepsBetween(before: Stage | undefined, after: 'live' | 'ended'): readonly ('started' | 'ended')[] {
  if (after === 'live') return before === 'live' ? [] : ['started'];
  if (before === undefined) return ['started', 'ended'];
  return before === 'live' ? ['ended'] : [];
}
