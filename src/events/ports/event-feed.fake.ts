import { FEED_START, type FeedEvent } from '../domain/feed-event';
import { EventFeed, type FeedFilter } from './event-feed';

/** A feed in memory, by the contract of the port. A test can delay its results, or let it fail. */
export class FakeEventFeed extends EventFeed {
  readonly events: FeedEvent[] = [];
  /** The calls of `after`. */
  readonly reads: { readonly position: number; readonly filter?: FeedFilter }[] = [];
  /** The last position that clients may have in clear. */
  lastInClear = FEED_START;
  private last = FEED_START;
  private failure: Error | undefined;
  private gate: Promise<void> | undefined;
  private openGate: () => void = () => undefined;

  add(...events: readonly FeedEvent[]): void {
    this.events.push(...events);
    this.last = this.events.at(-1)?.position ?? this.last;
  }

  /** Removes the events up to a position, as a purge of their sessions does. */
  forget(position: number): void {
    this.events.splice(0, this.events.findLastIndex((event) => event.position <= position) + 1);
  }

  fails(error: Error): void {
    this.failure = error;
  }

  works(): void {
    this.failure = undefined;
  }

  /** Delays results from now on until `letGo`; they show the feed as it was at the call. */
  hold(): void {
    this.gate = new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  letGo(): void {
    this.gate = undefined;
    this.openGate();
  }

  async after(position: number, limit: number, filter?: FeedFilter): Promise<FeedEvent[]> {
    this.reads.push({ position, ...(filter === undefined ? {} : { filter }) });
    const found = this.events
      .filter((event) => event.position > position)
      .filter(({ conversationId }) => conversationId === (filter?.conversationId ?? conversationId))
      .filter(({ owner }) => owner === (filter?.owner ?? owner))
      .slice(0, limit);
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    return found;
  }

  async latest(): Promise<number> {
    const found = this.last;
    await this.gate;
    return found;
  }

  async reaches(position: number): Promise<boolean> {
    const isThere = this.events.some((event) => event.position <= position);
    await this.gate;
    return isThere;
  }

  async reachesInClear(position: number): Promise<boolean> {
    return position <= this.lastInClear && (await this.reaches(position));
  }
}
