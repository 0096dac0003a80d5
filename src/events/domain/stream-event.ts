import type { ConversationActivity } from '../../session/domain/conversation-activity';
import type { ConnectionState, Typing } from '../../session/ports/conversation-events';
import type { FeedEvent } from './feed-event';

/**
 * Types of events on streams. Messages, changes of state and of the assignment are kept and can be replayed; all others are
 * ephemeral, also the warning of an expiry among the events of a session.
 */
export const STREAM_TYPES = ['message', 'session', 'assignment', 'typing', 'connection', 'activity'] as const;

export type StreamType = (typeof STREAM_TYPES)[number];

/** Types that need the scope `messages.read` in addition. */
export const TYPES_OF_MESSAGES: readonly StreamType[] = ['message', 'typing', 'activity'];

/** The warning that the upstream lets the session expire. */
export interface ExpiryNotice {
  readonly expiresAt: string;
}

type Content =
  | { readonly kind: 'typing'; readonly body: Typing }
  | { readonly kind: 'connection'; readonly body: ConnectionState }
  | { readonly kind: 'activity'; readonly body: ConversationActivity }
  | { readonly kind: 'expiring'; readonly body: ExpiryNotice };

/** An event that is sent once, to the streams that are open, and not kept. `at` is epoch milliseconds. */
export type EphemeralEvent = Content & {
  readonly conversationId: string;
  readonly owner: string;
  readonly at: number;
};

export function typeOf(event: FeedEvent | EphemeralEvent): StreamType {
  if (event.kind === 'state') return event.body.event === undefined ? 'session' : 'assignment';
  return event.kind === 'expiring' ? 'session' : event.kind;
}
