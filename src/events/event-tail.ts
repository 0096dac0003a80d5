import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { jittered } from '../common/time/jitter';
import { Loop } from '../common/time/loop';
import { FEED_START, type FeedEvent } from './domain/feed-event';
import { EventsTelemetry } from './events.telemetry';
import { CommitSignal } from '../common/commit-signal';
import { EventFeed } from './ports/event-feed';

const BATCH = 200;
/** Mean poll interval: each process has its own, from 250 to 500 ms. */
const PAUSE_MS = 375;
const PAUSE_SHARE = 1 / 3;
/** So that the commits of a busy time share a read. */
export const TAIL_THROTTLE_MS = 50;

/** Receives all events; must not throw. */
export interface TailListener {
  offer(event: FeedEvent): void;
}

/**
 * The one reader that follows the feed for all streams of this process. Offers every event to every listener in the
 * order of the feed; events of this process within 50 ms, of other processes within half a second. It does not poll without listeners.
 */
@Injectable()
export class EventTail implements OnModuleInit, OnModuleDestroy {
  private readonly listeners = new Set<TailListener>();
  private lastPosition = FEED_START;
  private readonly loop = new Loop(
    jittered(PAUSE_MS, PAUSE_SHARE),
    () => this.read(),
    (error) => {
      this.telemetry.followingFailed(error);
    },
    TAIL_THROTTLE_MS,
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

  /** Position of the tail: it has offered the events up to here to its listeners, and will offer later ones. */
  get position(): number {
    return this.lastPosition;
  }

  /** `latest` is the end of the feed as the listener has read it; returns the position of the tail. */
  subscribe(listener: TailListener, latest: number): number {
    const isFirst = this.listeners.size === 0;
    this.listeners.add(listener);
    if (isFirst) {
      this.lastPosition = latest;
      this.loop.start();
    }
    return this.lastPosition;
  }

  unsubscribe(listener: TailListener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) void this.loop.stop();
  }

  private async read(): Promise<void> {
    while (this.listeners.size > 0) {
      const events = await this.feed.after(this.lastPosition, BATCH);
      this.telemetry.following();
      for (const event of events) this.offer(event);
      if (events.length < BATCH) return;
    }
  }

  private offer(event: FeedEvent): void {
    // A listener that subscribed to a stopped tail during its last poll is further on already.
    this.lastPosition = Math.max(this.lastPosition, event.position);
    for (const listener of this.listeners) listener.offer(event);
  }
}
