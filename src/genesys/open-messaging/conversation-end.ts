import type { UpstreamEndReason } from '../../session/domain/session-state';
import { snapshotOf } from '../platform-events/conversation-snapshot';
import type { EndedBy } from '../platform-events/platform-event';

/** The end of a conversation; `disconnectType` is the platform's own word for it. */
export interface ConversationEnd {
  /** Absent where the session's end has no reason of its own for it. */
  readonly reason?: UpstreamEndReason;
  readonly disconnectType?: string;
}

const REASONS: Partial<Record<EndedBy, UpstreamEndReason>> = { agent: 'agent-ended', expired: 'expired' };

/** The end in a conversation of any resource of the platform API; undefined while it lives. */
export function conversationEndOf(conversation: unknown, now: number): ConversationEnd | undefined {
  const ended = snapshotOf(conversation, now)?.ended;
  if (ended === undefined) return undefined;
  const { by, disconnectType } = ended;
  const reason = REASONS[by];
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(disconnectType === undefined ? {} : { disconnectType }),
  };
}
