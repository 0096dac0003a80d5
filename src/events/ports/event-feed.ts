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

  /** The position of the last event that was ever shown; the beginning when there was none. */
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
