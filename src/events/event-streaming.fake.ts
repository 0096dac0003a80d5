import { Caller } from '../access/domain/caller';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { FakeLease } from '../replica/ports/lease.fake';
import type { FeedEvent } from './domain/feed-event';
import { STREAM_TYPES, type StreamType } from './domain/stream-event';
import type { StreamEnd } from './domain/stream-end';
import { StreamFilter } from './domain/stream-filter';
import { EventStream, type StreamPlan } from './event-stream';
import { SystemClock } from '../common/time/system-clock';
import { anEventIdCipher } from './event-id-cipher.builder';
import { EventTail, TAIL_THROTTLE_MS } from './event-tail';
import { EventsTelemetry } from './events.telemetry';
import { FakeEventStreamWriter } from './event-stream-writer.fake';
import { CommitSignal } from '../common/commit-signal';
import { EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import { FakeEventFeed } from './ports/event-feed.fake';
import { FakeEphemeralEventBus } from './ports/ephemeral-event-bus.fake';

/** The plan of a test, as far as it differs from a stream of all events from the end of the feed on. */
export interface FakePlan extends Partial<Omit<StreamPlan, 'filter'>> {
  readonly conversationId?: string;
  readonly owner?: string;
  readonly types?: readonly StreamType[];
}

/** A stream of a test, what it wrote, and how it ended. */
export interface FakeStream {
  readonly stream: EventStream;
  readonly writer: FakeEventStreamWriter;
  readonly ends: StreamEnd[];
  /** Settles as `EventStream.begin` does. */
  readonly begun: Promise<void>;
}

/** Tails over a feed and a bus in memory, and streams that follow them. */
export class FakeEventStreaming {
  readonly feed = new FakeEventFeed();
  readonly commits = new CommitSignal();
  readonly ids = anEventIdCipher();
  readonly clock = new SystemClock();
  readonly metrics = new ReadableMetrics();
  readonly telemetry = new EventsTelemetry(this.metrics);
  readonly tail = new EventTail(this.feed, this.commits, this.telemetry);
  readonly lease = new FakeLease();
  readonly bus = new FakeEphemeralEventBus();
  readonly subscriber = new EphemeralEventSubscriber(this.bus, this.lease, this.telemetry);

  constructor() {
    this.tail.onModuleInit();
  }

  /** A stream that has begun, and may still be in its backfill. */
  begin(
    { conversationId, owner, types = STREAM_TYPES, ...plan }: FakePlan = {},
    writer = new FakeEventStreamWriter(),
  ): FakeStream {
    const ends: StreamEnd[] = [];
    const latest = plan.latest ?? this.feed.events.at(-1)?.position ?? 0;
    const feedFilter = {
      ...(conversationId === undefined ? {} : { conversationId }),
      ...(owner === undefined ? {} : { owner }),
    };
    const stream = new EventStream(
      {
        filter: new StreamFilter(feedFilter, new Set(types)),
        from: latest,
        start: plan.from === undefined ? 'now' : 'resumed',
        caller: Caller.anonymous,
        isOver: false,
        isAllowed: () => Promise.resolve(true),
        ...plan,
        latest,
      },
      this,
      writer,
      (reason) => ends.push(reason),
    );
    return { stream, writer, ends, begun: stream.begin() };
  }

  /** Commits events, and lets them reach the tail. */
  async happens(...events: readonly FeedEvent[]): Promise<void> {
    this.feed.add(...events);
    this.commits.notify('feed');
    await jest.advanceTimersByTimeAsync(TAIL_THROTTLE_MS);
    await this.settled();
  }

  /** Runs all pending microtasks. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }
}
