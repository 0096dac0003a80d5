import { TRANSITIONS } from '../../session/domain/session-state';
import type { FeedFilter } from '../ports/event-feed';
import type { FeedEvent } from './feed-event';
import { type EphemeralEvent, type StreamType, typeOf } from './stream-event';

/** Which events a stream tells. */
export class StreamFilter {
  constructor(
    /** Whose events there are for the stream, as the feed has them. */
    readonly filter: FeedFilter,
    private readonly types: ReadonlySet<StreamType>,
  ) {}

  /** Whether an event is of a conversation that the stream is about. */
  concerns({ conversationId, owner }: FeedEvent | EphemeralEvent): boolean {
    const { filter } = this;
    return conversationId === (filter.conversationId ?? conversationId) && owner === (filter.owner ?? owner);
  }

  /** Whether an event that concerns the stream is of a type that it tells. */
  includes(event: FeedEvent | EphemeralEvent): boolean {
    return this.types.has(typeOf(event));
  }

  /** Whether nothing that matters comes after an event that concerns the stream. */
  endsWith(event: FeedEvent): boolean {
    return (
      this.filter.conversationId !== undefined &&
      event.kind === 'state' &&
      TRANSITIONS[event.body.state].length === 0
    );
  }
}
