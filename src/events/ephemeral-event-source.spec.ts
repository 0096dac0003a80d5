import { Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { SystemClock } from '../common/time/system-clock';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationEvents } from '../session/ports/conversation-events';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { ConversationOwners } from './conversation-owners';
import { STREAM_TYPES } from './domain/stream-event';
import { StreamFilter } from './domain/stream-filter';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventsConfig } from '../config/events.config';
import { Environment } from '../config/environment';
import { EventStreams } from './event-streams';
import { FakeOutlet } from './outlet.fake';
import { EphemeralEventSource } from './ephemeral-event-source';
import { EphemeralEventPublisher } from './ephemeral-event-publisher';

const NOW = Date.parse('2027-01-15T08:00:00Z');
const session = anActiveSession({ owner: 'billing' });
const { conversationId } = session;

let world: FakeEventStreaming;
let sessions: FakeSessionStore;
let news: ConversationEvents;
let streams: EventStreams;
let publisher: EphemeralEventPublisher;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers({ now: NOW });
  world = new FakeEventStreaming();
  sessions = new FakeSessionStore();
  sessions.given(session);
  news = new ConversationEvents();
  streams = new EventStreams(
    world.elsewhere,
    new Drain(),
    new EventsConfig(new Environment()),
    world.telemetry,
  );
  publisher = new EphemeralEventPublisher(world.exchange, world.lease, world.telemetry);
  const owners = new ConversationOwners(sessions, world.telemetry);
  new EphemeralEventSource(news, owners, new SystemClock(), streams, publisher).onModuleInit();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  await world.elsewhere.onModuleDestroy();
  jest.useRealTimers();
});

async function begun(): Promise<FakeOutlet> {
  const outlet = new FakeOutlet();
  const wish = new StreamFilter({}, new Set(STREAM_TYPES));
  const plan = { caller: Caller.anonymous, wish, from: 0, latest: 0, start: 'now' as const, isOver: false };
  streams.begin({ ...plan, isAllowed: () => Promise.resolve(true) }, world, () => outlet);
  await world.settled();
  return outlet;
}

describe(EphemeralEventSource.name, () => {
  it('tells streams what channels notice, in order', async () => {
    const outlet = await begun();
    news.onTyping(conversationId, { isOn: true });
    news.onTyping(conversationId, { isOn: false });
    news.onConnection(conversationId, 'reconnecting');
    await world.settled();

    expect(outlet.told).toEqual(['mark 0', 'typing', 'typing', 'connection']);
    expect(outlet.written.indexOf('true')).toBeLessThan(outlet.written.indexOf('false'));
  });

  it('tells of activities, and of an expiry ahead among the events of the session', async () => {
    const outlet = await begun();
    const sentAt = new Date(NOW).toISOString();
    const activity = { type: 'agent-ended', direction: 'outbound', sentAt, isReadOnly: false } as const;
    news.onActivity(conversationId, activity);
    news.onExpiring(conversationId, NOW + 300_000);
    await world.settled();

    expect(outlet.told).toEqual(['mark 0', 'activity', 'session.expiring']);
    expect(outlet.written).toContain(JSON.stringify({ conversationId, at: sentAt, activity }));
    const session = { expiresAt: new Date(NOW + 300_000).toISOString() };
    expect(outlet.written).toContain(JSON.stringify({ conversationId, at: sentAt, session }));
  });

  it('tells other replicas the same, also while nobody listens here, and when it was and whose', async () => {
    world.lease.isShared = true;
    news.onTyping(conversationId, { isOn: true });
    news.onConnection(conversationId, 'live');
    await world.settled();
    await publisher.onModuleDestroy();

    const facts = { conversationId, owner: 'billing', at: NOW };
    expect(world.exchange.published).toMatchObject([
      {
        events: [
          { ...facts, kind: 'typing', body: { isOn: true } },
          { ...facts, kind: 'connection', body: 'live' },
        ],
      },
    ]);
  });

  it('looks up once whose a conversation is, and again when that has failed', async () => {
    sessions.failNext('find', new StorageUnavailableError());
    const outlet = await begun();
    for (let times = 0; times < 3; times += 1) {
      news.onConnection(conversationId, 'live');
      await world.settled();
    }

    expect(sessions.calls).toEqual(['find', 'find']);
    expect(outlet.told).toEqual(['mark 0', 'connection', 'connection']);
  });

  it('asks nothing while nobody listens and nothing is shared', async () => {
    news.onConnection(conversationId, 'live');
    await world.settled();

    expect(sessions.calls).toEqual([]);
  });
});
