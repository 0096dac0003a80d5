import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { jittered } from '../common/time/jitter';
import { Loop } from '../common/time/loop';
import { FEED_START, type FeedEvent } from './domain/feed-event';
import { EventsTelemetry } from './events.telemetry';
import { CommitSignal } from '../common/commit-signal';
import { EventFeed } from './ports/event-feed';

const BATCH = 200;
/** Each process looks at a pace of its own, from 250 to 500 ms. */
const PAUSE_MS = 375;
const PAUSE_SHARE = 1 / 3;

/** Hears of all events; must not throw. */
export interface TailListener {
  offer(event: FeedEvent): void;
}

/**
 * The one reader that follows the feed for all streams of this process. Everybody who has joined is offered every
 * event, in the order of the feed; events of other processes within half a second. It rests while nobody listens.
 */
@Injectable()
export class EventTail implements OnModuleInit, OnModuleDestroy {
  private readonly listeners = new Set<TailListener>();
  private place = FEED_START;
  private readonly loop = new Loop(
    jittered(PAUSE_MS, PAUSE_SHARE),
    () => this.read(),
    (error) => {
      this.telemetry.followingFailed(error);
    },
  );

  constructor(
    private readonly feed: EventFeed,
    private readonly commits: CommitSignal,
    private readonly telemetry: EventsTelemetry,
  ) {}

  onModuleInit(): void {
    this.commits.subscribe('feed', () => {
      this.loop.wake();
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Where the tail is: events up to here were offered to those who had joined, later ones will be. */
  get position(): number {
    return this.place;
  }

  /** `latest` is the end of the feed as the listener has found it; returns the position of the tail. */
  join(listener: TailListener, latest: number): number {
    const isFirst = this.listeners.size === 0;
    this.listeners.add(listener);
    if (isFirst) {
      this.place = latest;
      this.loop.start();
    }
    return this.place;
  }

  leave(listener: TailListener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) void this.loop.stop();
  }

  private async read(): Promise<void> {
    while (this.listeners.size > 0) {
      const events = await this.feed.after(this.place, BATCH);
      this.telemetry.following();
      for (const event of events) this.offer(event);
      if (events.length < BATCH) return;
    }
  }

  private offer(event: FeedEvent): void {
    // Who joined a resting tail while an earlier look was still under way is further on already.
    this.place = Math.max(this.place, event.position);
    for (const listener of this.listeners) listener.offer(event);
  }
}
