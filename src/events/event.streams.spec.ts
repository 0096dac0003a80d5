import { Logger } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.error';
import { aLine, aTyping } from './domain/passing-event.builder';
import { STREAM_TYPES } from './domain/stream-event';
import { StreamWish } from './domain/stream-wish';
import { TooManyStreamsError } from './domain/too-many-streams.error';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventStreams } from './event.streams';
import { FakeOutlet } from './outlet.fake';
import type { FeedFilter } from './ports/event.feed';

const MAX_STREAMS = 100;

let world: FakeEventStreaming;
let drain: Drain;
let streams: EventStreams;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  world = new FakeEventStreaming();
  drain = new Drain();
  streams = new EventStreams(world.elsewhere, drain, world.telemetry);
  streams.onModuleInit();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  await world.elsewhere.onModuleDestroy();
  jest.useRealTimers();
});

async function begun(filter: FeedFilter = {}, outlet = new FakeOutlet()): Promise<FakeOutlet> {
  const wish = new StreamWish(filter, new Set(STREAM_TYPES));
  const plan = { wish, from: 0, latest: 0, isReset: false, isOver: false };
  streams.begin({ ...plan, isAllowed: () => Promise.resolve(true) }, world, () => outlet);
  await world.settled();
  return outlet;
}

describe(EventStreams.name, () => {
  it('tell what is told in passing to whom it concerns, whoever has noticed it', async () => {
    world.lease.isShared = true;
    const [one, owned, others] = [
      await begun({ conversationId: 'c' }),
      await begun({ owner: 'billing' }),
      await begun({ owner: 'support' }),
    ];
    streams.pass(aTyping(5_000));
    await world.exchange.beside().publish([aLine('live')]);
    await jest.advanceTimersByTimeAsync(500);

    expect([one.told, owned.told]).toEqual(Array.from({ length: 2 }, () => ['mark 0', 'typing', 'line']));
    expect(others.told).toEqual(['mark 0']);
  });

  it('leave other replicas unheard once all have ended', async () => {
    world.lease.isShared = true;
    const outlet = await begun();
    outlet.hangUp();
    const before = world.exchange.looks;
    await jest.advanceTimersByTimeAsync(5_000);

    expect([streams.count, world.exchange.looks - before]).toEqual([0, 0]);
  });

  it('are so many and no more, until one ends', async () => {
    const outlets = [];
    for (let count = 0; count < MAX_STREAMS; count += 1) outlets.push(await begun());
    const asked = jest.fn(() => new FakeOutlet());

    await expect(begun({}, asked())).rejects.toThrow(TooManyStreamsError);
    expect(await world.metrics.sample('sse_clients')).toBe(MAX_STREAMS);
    outlets[0]?.hangUp();
    await expect(begun()).resolves.toBeInstanceOf(FakeOutlet);
  });

  it('end when the process stops, and none begins any more', async () => {
    const outlet = await begun();
    drain.begin();

    expect([outlet.state, outlet.told]).toEqual(['ended', ['mark 0', 'retry']]);
    expect(await world.metrics.sample('sse_clients')).toBe(0);
    expect(await world.metrics.sample('sse_dropped_total{reason="shutdown"}')).toBe(1);
    await expect(begun()).rejects.toThrow(ShuttingDownError);
  });

  it('tell clients to come back after one to five seconds, not all at once', async () => {
    const outlets = await Promise.all(Array.from({ length: 50 }, () => begun()));
    drain.begin();
    const pauses = outlets.map(({ written }) => Number(/^retry: (\d+)$/m.exec(written)?.[1]));

    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(new Set(pauses).size).toBeGreaterThan(10);
  });
});
