import type { FeedEvent } from '../domain/feed-event';

/** Selects the events of one conversation, of the sessions of one owner, or all. */
export interface FeedFilter {
  readonly conversationId?: string;
  readonly owner?: string;
}

/**
 * The events of all conversations, in one order that is the same for all readers. An event is written in the transaction
 * of its change.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class EventFeed {
  /**
   * Events after a position, in order. An event is not visible as long as one before it may still appear, so that a
   * reader that continues after the last event misses none.
   */
  abstract after(position: number, limit: number, filter?: FeedFilter): Promise<FeedEvent[]>;

  /** The position of the last visible event, also of one that was purged; `FEED_START` when there was none. */
  abstract latest(): Promise<number>;

  /**
   * Whether the feed still goes back as far as this position: an event at or before it is kept. It does not tell whether
   * there is an event with this position, which may be another caller's.
   */
  abstract reaches(position: number): Promise<boolean>;

  /**
   * As `reaches`, for a position that a client has in clear from an earlier release. False for every position that was
   * given later than a day after the upgrade.
   */
  abstract reachesInClear(position: number): Promise<boolean>;
}
