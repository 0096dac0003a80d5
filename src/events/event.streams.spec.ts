import { Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.error';
import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.error';
import { SystemClock } from '../common/time/system-clock';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationNews } from '../session/ports/conversation-news';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { ConversationOwners } from './conversation.owners';
import { STREAM_TYPES } from './domain/stream-event';
import { StreamWish } from './domain/stream-wish';
import { TooManyStreamsError } from './domain/too-many-streams.error';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventStreams } from './event.streams';
import { FakeOutlet } from './outlet.fake';
import type { FeedFilter } from './ports/event.feed';

const MAX_STREAMS = 100;

let world: FakeEventStreaming;
let sessions: FakeSessionStore;
let news: ConversationNews;
let drain: Drain;
let streams: EventStreams;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  world = new FakeEventStreaming();
  sessions = new FakeSessionStore();
  news = new ConversationNews();
  drain = new Drain();
  const owners = new ConversationOwners(sessions, world.telemetry);
  streams = new EventStreams(news, owners, drain, new SystemClock(), world.telemetry);
  streams.onModuleInit();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
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
  it('tells what channels notice to whom it concerns, in order', async () => {
    const session = anActiveSession({ owner: 'billing' });
    sessions.given(session);
    const { conversationId } = session;
    const [one, owned, others] = [
      await begun({ conversationId }),
      await begun({ owner: 'billing' }),
      await begun({ owner: 'support' }),
    ];
    news.onTyping(conversationId, { isOn: true });
    news.onTyping(conversationId, { isOn: false });
    news.onLine(conversationId, 'reconnecting');
    await world.settled();

    expect(one.told).toEqual(['mark 0', 'typing', 'typing', 'line']);
    expect(one.written.indexOf('true')).toBeLessThan(one.written.indexOf('false'));
    expect(owned.told).toEqual(one.told);
    expect(others.told).toEqual(['mark 0']);
  });

  it('looks up once whose a conversation is, and again when that has failed', async () => {
    const session = anActiveSession();
    sessions.given(session);
    sessions.failNext('find', new StorageUnavailableError());
    const outlet = await begun();
    for (let times = 0; times < 3; times += 1) {
      news.onLine(session.conversationId, 'live');
      await world.settled();
    }

    expect(sessions.calls).toEqual(['find', 'find']);
    expect(outlet.told).toEqual(['mark 0', 'line', 'line']);
  });

  it('asks nothing while nobody listens', async () => {
    news.onLine('c', 'live');
    await world.settled();

    expect(sessions.calls).toEqual([]);
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
