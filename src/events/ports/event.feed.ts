import type { FeedEvent } from '../domain/feed-event';

/** Which events are wanted: those of one conversation, of one owner's sessions, or all. */
export interface FeedFilter {
  readonly conversationId?: string;
  readonly owner?: string;
}

/**
 * What has happened in all conversations, in one order that everybody sees alike. Events are written in the
 * transaction of what they tell.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class EventFeed {
  /**
   * Events after a position, the first ones first. None is shown as long as one before it may still appear: who goes
   * on after the last event that was shown misses none.
   */
  abstract after(position: number, limit: number, filter?: FeedFilter): Promise<FeedEvent[]>;

  /** The position of the last event that is shown; the beginning when there is none. */
  abstract latest(): Promise<number>;

  /** Whether there is an event with this position: it may have been removed with its session. */
  abstract holds(position: number): Promise<boolean>;
}
