import type { ConversationMessage } from '../../session/domain/conversation-message';
import type { EndReason, SessionState } from '../../session/domain/session-state';

/** Before the first event. */
export const FEED_START = 0;

/** A session has come into another state. */
export interface StateChange {
  readonly state: SessionState;
  readonly endReason?: EndReason;
  /** The platform's own word for the end. */
  readonly endCause?: string;
  readonly version: number;
  /** Genesys' own id of the conversation, once it is known. */
  readonly genesysConversationId?: string;
}

type What =
  | { readonly kind: 'state'; readonly body: StateChange }
  | { readonly kind: 'message'; readonly body: ConversationMessage };

/** Something that has happened in a conversation. `at` is epoch milliseconds. */
export type FeedEvent = What & {
  /** Its place in the feed: every event has its own, and later ones are greater. */
  readonly position: number;
  readonly conversationId: string;
  /** Of the session. */
  readonly owner: string;
  readonly at: number;
};
