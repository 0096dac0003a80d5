import { Caller } from '../access/domain/caller';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { FakeLease } from '../replica/ports/lease.fake';
import type { FeedEvent } from './domain/feed-event';
import { STREAM_TYPES, type StreamType } from './domain/stream-event';
import type { StreamEnd } from './domain/stream-end';
import { StreamFilter } from './domain/stream-filter';
import { EventStream, type StreamPlan } from './event-stream';
import { SystemClock } from '../common/time/system-clock';
import { anEventIdSeal } from './event-id-seal.builder';
import { EventTail } from './event-tail';
import { EventsTelemetry } from './events.telemetry';
import { FakeOutlet } from './outlet.fake';
import { CommitSignal } from '../common/commit-signal';
import { EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import { FakeEventFeed } from './ports/event-feed.fake';
import { FakeEphemeralEventBus } from './ports/ephemeral-event-bus.fake';

/** What a test says of a stream that differs from one of everything, from the end of the feed on. */
export interface FakePlan extends Partial<Omit<StreamPlan, 'wish'>> {
  readonly conversationId?: string;
  readonly owner?: string;
  readonly types?: readonly StreamType[];
}

/** A stream of a test, what it wrote, and how it ended. */
export interface FakeStream {
  readonly stream: EventStream;
  readonly outlet: FakeOutlet;
  readonly ends: StreamEnd[];
  /** Settles as `EventStream.begin` does. */
  readonly begun: Promise<void>;
}

/** Tails over a feed and an exchange in memory, and streams that follow them. */
export class FakeEventStreaming {
  readonly feed = new FakeEventFeed();
  readonly commits = new CommitSignal();
  readonly ids = anEventIdSeal();
  readonly clock = new SystemClock();
  readonly metrics = new ReadableMetrics();
  readonly telemetry = new EventsTelemetry(this.metrics);
  readonly tail = new EventTail(this.feed, this.commits, this.telemetry);
  readonly lease = new FakeLease();
  readonly exchange = new FakeEphemeralEventBus();
  readonly elsewhere = new EphemeralEventSubscriber(this.exchange, this.lease, this.telemetry);

  constructor() {
    this.tail.onModuleInit();
  }

  /** A stream that has begun, and perhaps not come far. */
  begin(
    { conversationId, owner, types = STREAM_TYPES, ...plan }: FakePlan = {},
    outlet = new FakeOutlet(),
  ): FakeStream {
    const ends: StreamEnd[] = [];
    const latest = plan.latest ?? this.feed.events.at(-1)?.position ?? 0;
    const filter = {
      ...(conversationId === undefined ? {} : { conversationId }),
      ...(owner === undefined ? {} : { owner }),
    };
    const stream = new EventStream(
      {
        wish: new StreamFilter(filter, new Set(types)),
        from: latest,
        start: plan.from === undefined ? 'now' : 'resumed',
        caller: Caller.anonymous,
        isOver: false,
        isAllowed: () => Promise.resolve(true),
        ...plan,
        latest,
      },
      this,
      outlet,
      (reason) => ends.push(reason),
    );
    return { stream, outlet, ends, begun: stream.begin() };
  }

  /** What commits and rings, and has reached the tail. */
  async happens(...events: readonly FeedEvent[]): Promise<void> {
    this.feed.add(...events);
    this.commits.notify('feed');
    await this.settled();
  }

  /** Everything that waits for nothing but its turn is done. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }
}
