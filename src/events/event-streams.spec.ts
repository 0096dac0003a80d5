import { Logger } from '@nestjs/common';
import { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.errors';
import { Environment } from '../config/environment';
import { EventsConfig } from '../config/events.config';
import { aConnectionState, aTyping } from './domain/ephemeral-event.builder';
import { STREAM_TYPES } from './domain/stream-event';
import { StreamFilter } from './domain/stream-filter';
import { TooManyCallerStreamsError } from './domain/too-many-caller-streams.errors';
import { TooManyStreamsError } from './domain/too-many-streams.errors';
import { FakeEventStreaming } from './event-streaming.fake';
import type { StreamPlan } from './event-stream';
import { EventStreams } from './event-streams';
import { FakeEventStreamWriter } from './event-stream-writer.fake';
import type { FeedFilter } from './ports/event-feed';

const [MAX_STREAMS, SHARE] = [50, 3];
const LIMITS = { EVENT_STREAMS_MAX: MAX_STREAMS, EVENT_STREAMS_MAX_PER_CALLER: SHARE };
const SCOPES = new Set(['sessions.read'] as const);
const [billing, support] = [new Caller('billing', SCOPES), new Caller('support', SCOPES)];

let world: FakeEventStreaming;
let drain: Drain;
let streams: EventStreams;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  world = new FakeEventStreaming();
  drain = new Drain();
  const config = new EventsConfig(Object.assign(new Environment(), LIMITS));
  streams = new EventStreams(world.subscriber, drain, config, world.telemetry);
  streams.onModuleInit();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  await world.subscriber.onModuleDestroy();
  jest.useRealTimers();
});

async function begun(
  filter: FeedFilter = {},
  writer = new FakeEventStreamWriter(),
  caller = Caller.anonymous,
): Promise<FakeEventStreamWriter> {
  streams.begin(planOf(filter, caller), world, () => writer);
  await world.settled();
  return writer;
}

async function begunBy(caller: Caller, count: number): Promise<FakeEventStreamWriter[]> {
  const writers = [];
  for (let at = 0; at < count; at += 1) writers.push(await begun({}, new FakeEventStreamWriter(), caller));
  return writers;
}

function planOf(filter: FeedFilter, caller: Caller): StreamPlan {
  const streamFilter = new StreamFilter(filter, new Set(STREAM_TYPES));
  const isAllowed = (): Promise<boolean> => Promise.resolve(true);
  return { caller, filter: streamFilter, from: 0, latest: 0, start: 'now', isOver: false, isAllowed };
}

describe(EventStreams.name, () => {
  it('send ephemeral events that concern them, of this replica and of others', async () => {
    world.lease.isShared = true;
    const [one, owned, others] = [
      await begun({ conversationId: 'c' }),
      await begun({ owner: 'billing' }),
      await begun({ owner: 'support' }),
    ];
    streams.pass(aTyping(5_000));
    await world.bus.beside().publish([aConnectionState('live')]);
    await jest.advanceTimersByTimeAsync(500);

    expect([one.told, owned.told]).toEqual(
      Array.from({ length: 2 }, () => ['mark 0', 'typing', 'connection']),
    );
    expect(others.told).toEqual(['mark 0']);
  });

  it('leave other replicas unheard once all have ended', async () => {
    world.lease.isShared = true;
    const writer = await begun();
    writer.hangUp();
    const before = world.bus.reads;
    await jest.advanceTimersByTimeAsync(5_000);

    expect([streams.count, world.bus.reads - before]).toEqual([0, 0]);
  });

  it('are so many and no more, until one ends, all of them of one caller where none is told apart', async () => {
    const writers = await begunBy(Caller.anonymous, MAX_STREAMS);

    await expect(begun()).rejects.toThrow(TooManyStreamsError);
    expect(await world.metrics.sample('sse_clients')).toBe(MAX_STREAMS);
    expect(await world.metrics.sample('sse_refused_total{reason="total"}')).toBe(1);
    writers[0]?.hangUp();
    await expect(begun()).resolves.toBeInstanceOf(FakeEventStreamWriter);
  });

  it('leave other callers their places when one has all of its own, until one of those ends', async () => {
    const writers = await begunBy(billing, SHARE);

    await expect(begunBy(billing, 1)).rejects.toThrow(TooManyCallerStreamsError);
    await expect(begunBy(billing, 1)).rejects.toMatchObject({ retryAfterMs: 5_000 });
    await expect(begunBy(support, SHARE)).resolves.toHaveLength(SHARE);
    expect(await world.metrics.sample('sse_refused_total{reason="share"}')).toBe(2);
    writers[0]?.hangUp();
    await expect(begunBy(billing, 1)).resolves.toHaveLength(1);
  });

  it('are as many of a caller as its key says', async () => {
    const large = new Caller('batch', SCOPES, 'batch', { eventStreams: SHARE + 2 });
    await begunBy(large, SHARE + 2);

    await expect(begunBy(large, 1)).rejects.toThrow(TooManyCallerStreamsError);
  });

  it('take no place when they cannot be begun', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    for (let count = 0; count < SHARE; count += 1)
      expect(() => {
        streams.begin(planOf({}, billing), world, broken);
      }).toThrow('broken');

    await expect(begunBy(billing, SHARE)).resolves.toHaveLength(SHARE);
  });

  it('leave nothing subscribed when their clients hung up before they began', async () => {
    world.lease.isShared = true;
    for (let count = 0; count < 2 * MAX_STREAMS; count += 1)
      await begun({}, FakeEventStreamWriter.ofClientThatIsGone(), billing);
    await jest.advanceTimersByTimeAsync(1_000);
    const [busReads, feedReads] = [world.bus.reads, world.feed.reads.length];
    await jest.advanceTimersByTimeAsync(5_000);

    expect(await world.metrics.sample('sse_clients')).toBe(0);
    expect([world.bus.reads - busReads, world.feed.reads.length - feedReads]).toEqual([0, 0]);
    expect(jest.getTimerCount()).toBe(0);
    await expect(begunBy(billing, SHARE)).resolves.toHaveLength(SHARE);
  });

  it('end when the process stops, and none begins any more', async () => {
    const writer = await begun();
    drain.begin();

    expect([writer.state, writer.told]).toEqual(['ended', ['mark 0', 'retry']]);
    expect(await world.metrics.sample('sse_clients')).toBe(0);
    expect(await world.metrics.sample('sse_dropped_total{reason="shutdown"}')).toBe(1);
    await expect(begun()).rejects.toThrow(ShuttingDownError);
  });

  it('tell clients to reconnect after one to five seconds, not all at once', async () => {
    const writers = await Promise.all(Array.from({ length: 50 }, () => begun()));
    drain.begin();
    const pauses = writers.map(({ written }) => Number(/^retry: (\d+)$/m.exec(written)?.[1]));

    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(new Set(pauses).size).toBeGreaterThan(10);
  });
});
