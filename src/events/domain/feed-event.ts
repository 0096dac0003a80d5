import type { ConversationMessage } from '../../session/domain/conversation-message';
import type { EndReason, SessionState } from '../../session/domain/session-state';

/** Before the first event. */
export const FEED_START = 0;

/** A change of the state of a session. */
export interface StateChange {
  readonly state: SessionState;
  readonly endReason?: EndReason;
  /** The platform's own word for the end. */
  readonly endCause?: string;
  readonly version: number;
  /** Genesys' own id of the conversation, once it is known. */
  readonly genesysConversationId?: string;
}

type Content =
  | { readonly kind: 'state'; readonly body: StateChange }
  | { readonly kind: 'message'; readonly body: ConversationMessage };

/** An event of a conversation in the feed. `at` is epoch milliseconds. */
export type FeedEvent = Content & {
  /** Its position in the feed: unique and increasing. */
  readonly position: number;
  readonly conversationId: string;
  /** The owner of the session. */
  readonly owner: string;
  readonly at: number;
};
