import { FEED_START, type FeedEvent } from '../domain/feed-event';
import { EventFeed, type FeedFilter } from './event-feed';

/** A feed in memory, by the contract of the port. A test can let readers wait for what they read, or find trouble. */
export class FakeEventFeed extends EventFeed {
  readonly events: FeedEvent[] = [];
  /** What was asked for by `after`. */
  readonly reads: { readonly position: number; readonly filter?: FeedFilter }[] = [];
  /** The last position that clients may have in clear. */
  lastInClear = FEED_START;
  private last = FEED_START;
  private trouble: Error | undefined;
  private gate: Promise<void> | undefined;
  private openGate: () => void = () => undefined;

  add(...events: readonly FeedEvent[]): void {
    this.events.push(...events);
    this.last = this.events.at(-1)?.position ?? this.last;
  }

  /** As if the sessions of everything up to a position had been removed. */
  forget(position: number): void {
    this.events.splice(0, this.events.findLastIndex((event) => event.position <= position) + 1);
  }

  fails(error: Error): void {
    this.trouble = error;
  }

  works(): void {
    this.trouble = undefined;
  }

  /** From now on readers get what there was when they asked, but only once they are let go on. */
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
    if (this.trouble !== undefined) throw this.trouble;
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
