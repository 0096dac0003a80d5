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
import { FakeEventStreamWriter } from './event-stream-writer.fake';
import { EphemeralEventProducer } from './ephemeral-event-producer';
import { EphemeralEventPublisher } from './ephemeral-event-publisher';

const NOW = Date.parse('2027-01-15T08:00:00Z');
const session = anActiveSession({ owner: 'billing' });
const { conversationId } = session;

let world: FakeEventStreaming;
let sessions: FakeSessionStore;
let conversationEvents: ConversationEvents;
let streams: EventStreams;
let publisher: EphemeralEventPublisher;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers({ now: NOW });
  world = new FakeEventStreaming();
  sessions = new FakeSessionStore();
  sessions.given(session);
  conversationEvents = new ConversationEvents();
  streams = new EventStreams(
    world.subscriber,
    new Drain(),
    new EventsConfig(new Environment()),
    world.telemetry,
  );
  publisher = new EphemeralEventPublisher(world.bus, world.lease, world.telemetry);
  const owners = new ConversationOwners(sessions, world.telemetry);
  new EphemeralEventProducer(
    conversationEvents,
    owners,
    new SystemClock(),
    streams,
    publisher,
  ).onModuleInit();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  await world.subscriber.onModuleDestroy();
  jest.useRealTimers();
});

async function begun(): Promise<FakeEventStreamWriter> {
  const writer = new FakeEventStreamWriter();
  const filter = new StreamFilter({}, new Set(STREAM_TYPES));
  const plan = { caller: Caller.anonymous, filter, from: 0, latest: 0, start: 'now' as const, isOver: false };
  streams.begin({ ...plan, isAllowed: () => Promise.resolve(true) }, world, () => writer);
  await world.settled();
  return writer;
}

describe(EphemeralEventProducer.name, () => {
  it('passes the events of channels to streams, in order', async () => {
    const writer = await begun();
    conversationEvents.onTyping(conversationId, { isOn: true });
    conversationEvents.onTyping(conversationId, { isOn: false });
    conversationEvents.onConnection(conversationId, 'reconnecting');
    await world.settled();

    expect(writer.told).toEqual(['mark 0', 'typing', 'typing', 'connection']);
    expect(writer.written.indexOf('true')).toBeLessThan(writer.written.indexOf('false'));
  });

  it('passes activities, and the warning of an expiry among the events of the session', async () => {
    const writer = await begun();
    const sentAt = new Date(NOW).toISOString();
    const activity = { type: 'agent-ended', direction: 'outbound', sentAt, isReadOnly: false } as const;
    conversationEvents.onActivity(conversationId, activity);
    conversationEvents.onExpiring(conversationId, NOW + 300_000);
    await world.settled();

    expect(writer.told).toEqual(['mark 0', 'activity', 'session.expiring']);
    expect(writer.written).toContain(JSON.stringify({ conversationId, at: sentAt, activity }));
    const session = { expiresAt: new Date(NOW + 300_000).toISOString() };
    expect(writer.written).toContain(JSON.stringify({ conversationId, at: sentAt, session }));
  });

  it('publishes the same to other replicas, also without streams here, with its time and owner', async () => {
    world.lease.isShared = true;
    conversationEvents.onTyping(conversationId, { isOn: true });
    conversationEvents.onConnection(conversationId, 'live');
    await world.settled();
    await publisher.onModuleDestroy();

    const facts = { conversationId, owner: 'billing', at: NOW };
    expect(world.bus.published).toMatchObject([
      {
        events: [
          { ...facts, kind: 'typing', body: { isOn: true } },
          { ...facts, kind: 'connection', body: 'live' },
        ],
      },
    ]);
  });

  it('looks the owner of a conversation up once, and again after a failure', async () => {
    sessions.failNext('find', new StorageUnavailableError());
    const writer = await begun();
    for (let times = 0; times < 3; times += 1) {
      conversationEvents.onConnection(conversationId, 'live');
      await world.settled();
    }

    expect(sessions.calls).toEqual(['find', 'find']);
    expect(writer.told).toEqual(['mark 0', 'connection', 'connection']);
  });

  it('looks up nothing without streams and other replicas', async () => {
    conversationEvents.onConnection(conversationId, 'live');
    await world.settled();

    expect(sessions.calls).toEqual([]);
  });
});
