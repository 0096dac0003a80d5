import { TRANSITIONS } from '../../session/domain/session-state';
import type { FeedFilter } from '../ports/event-feed';
import type { FeedEvent } from './feed-event';
import { type EphemeralEvent, type StreamType, typeOf } from './stream-event';

/** Selects the events of a stream. */
export class StreamFilter {
  constructor(
    /** The part of the filter that the feed applies. */
    readonly filter: FeedFilter,
    private readonly types: ReadonlySet<StreamType>,
  ) {}

  /** Whether the conversation of an event belongs to the stream. */
  concerns({ conversationId, owner }: FeedEvent | EphemeralEvent): boolean {
    const { filter } = this;
    return conversationId === (filter.conversationId ?? conversationId) && owner === (filter.owner ?? owner);
  }

  /** Whether an event that concerns the stream is of a type that it sends. */
  includes(event: FeedEvent | EphemeralEvent): boolean {
    return this.types.has(typeOf(event));
  }

  /** Whether an event that concerns the stream is the last one of its session. */
  endsWith(event: FeedEvent): boolean {
    return (
      this.filter.conversationId !== undefined &&
      event.kind === 'state' &&
      event.body.event === undefined &&
      TRANSITIONS[event.body.state].length === 0
    );
  }
}
