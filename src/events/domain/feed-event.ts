import type { ConversationMessage } from '../../session/domain/conversation-message';
import type { EndedBy } from '../../session/domain/platform-fact';
import type { AssignmentEvent } from '../../session/domain/session-event';
import type { EndReason, SessionState } from '../../session/domain/session-state';

/** Before the first event. */
export const FEED_START = 0;

/** A change of the state of a session, or with `event` of the party that serves it. */
export interface StateChange {
  readonly state: SessionState;
  readonly endReason?: EndReason;
  /** The platform's own word for the end. */
  readonly endCause?: string;
  /** The party or the condition that ended the conversation. */
  readonly endedBy?: EndedBy;
  readonly disconnectType?: string;
  readonly event?: AssignmentEvent;
  /** `assignment`, `assignedQueueId`, `userId`, `declined` and `wrapUpCode` of the event, as far as they are known. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly version: number;
  /** Genesys' own id of the conversation, once it is known. */
  readonly genesysConversationId?: string;
}

type Content =
  | { readonly kind: 'state'; readonly body: StateChange }
  | { readonly kind: 'message'; readonly body: ConversationMessage };

/** An event of a conversation in the feed. `at` is epoch milliseconds. */
export type FeedEvent = Content & {
  /** The same wherever the event is told. */
  readonly id: string;
  /** Its position in the feed: unique and increasing. */
  readonly position: number;
  readonly conversationId: string;
  /** The owner of the session. */
  readonly owner: string;
  readonly at: number;
};
