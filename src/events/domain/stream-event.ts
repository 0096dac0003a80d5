import type { ConversationActivity } from '../../session/domain/conversation-activity';
import type { ConnectionState, Typing } from '../../session/ports/conversation-events';
import type { FeedEvent } from './feed-event';

/**
 * Types of events on streams. Messages and changes of state are kept and can be told again; everything else, the warning
 * of an expiry among the events of a session included, only as it happens.
 */
export const STREAM_TYPES = ['message', 'session', 'typing', 'connection', 'activity'] as const;

export type StreamType = (typeof STREAM_TYPES)[number];

/** What not everybody may hear who may see the session. */
export const TYPES_OF_MESSAGES: readonly StreamType[] = ['message', 'typing', 'activity'];

/** When the upstream lets the session expire. */
export interface ExpiryNotice {
  readonly expiresAt: string;
}

type What =
  | { readonly kind: 'typing'; readonly body: Typing }
  | { readonly kind: 'connection'; readonly body: ConnectionState }
  | { readonly kind: 'activity'; readonly body: ConversationActivity }
  | { readonly kind: 'expiring'; readonly body: ExpiryNotice };

/** Something that is told once, to whoever listens at that moment. `at` is epoch milliseconds. */
export type EphemeralEvent = What & {
  readonly conversationId: string;
  readonly owner: string;
  readonly at: number;
};

export function typeOf({ kind }: FeedEvent | EphemeralEvent): StreamType {
  return kind === 'state' || kind === 'expiring' ? 'session' : kind;
}
