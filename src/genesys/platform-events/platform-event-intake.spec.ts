import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { FakeFactIntake } from '../../session/ports/fact-intake.fake';
import { type PlatformEvent, platformEventOf } from './event-envelope';
import { conversationOf, RECEIVED, START } from './participant-list.builder';
import { PlatformEventIntake } from './platform-event-intake';
import { PlatformEventsTelemetry } from './platform-events.telemetry';
import { SnapshotIntake } from './snapshot-intake';
import { UnmatchedFacts } from './unmatched-facts';

const SESSION_ID = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';

function detail(suffix: string, fields: object = {}): PlatformEvent {
  const topicName = `v2.detail.events.conversation.c-1.${suffix}`;
  const common = { eventTime: START, conversationId: 'c-1', participantId: 'p-1', mediaType: 'MESSAGE' };
  return platformEventOf({ topicName, eventBody: { ...common, ...fields } }, RECEIVED);
}

function list(queueId: string, attributes: Record<string, string> = {}): PlatformEvent {
  const parts = [
    { id: 'p-0', purpose: 'customer', from: 0, answered: 0, attributes },
    { id: 'p-1', purpose: 'acd', from: 1, answered: 1, queueId },
  ];
  const eventBody = conversationOf('message-conversation', parts);
  return platformEventOf({ topicName: 'v2.routing.queues.q.conversations.messages', eventBody }, RECEIVED);
}

describe(PlatformEventIntake.name, () => {
  let facts: FakeFactIntake;
  let metrics: ReadableMetrics;
  let unmatched: UnmatchedFacts;
  let intake: PlatformEventIntake;

  beforeEach(() => {
    facts = new FakeFactIntake();
    metrics = new ReadableMetrics();
    const telemetry = new PlatformEventsTelemetry(metrics);
    unmatched = new UnmatchedFacts(facts, telemetry);
    intake = new PlatformEventIntake(facts, new SnapshotIntake(facts), unmatched, telemetry);
  });

  const counted = (outcome: string): Promise<number | undefined> =>
    metrics.sample(`platform_events_total{source="http",outcome="${outcome}"}`);

  it('passes on the fact of a detail event once', async () => {
    const event = detail('acd.start', { queueId: 'queue-1' });
    await intake.take(event, 'http');
    await intake.take(event, 'http');

    expect(facts.taken).toEqual([
      {
        conversation: { genesysConversationId: 'c-1' },
        facts: [expect.objectContaining({ kind: 'waiting', queueId: 'queue-1', participantId: 'p-1' })],
      },
    ]);
    expect(await counted('repeated')).toBe(1);
  });

  it('takes an event again that could not be stored', async () => {
    facts.next(new StorageUnavailableError());
    const event = detail('customer.end', { disconnectType: 'PEER' });

    await expect(intake.take(event, 'http')).rejects.toThrow(StorageUnavailableError);
    await intake.take(event, 'http');
    expect(facts.taken).toHaveLength(2);
    expect(await counted('not-stored')).toBe(1);
  });

  it('takes no event again that the database refuses for good', async () => {
    facts.next(new DataRefusedError('22021'));
    await intake.take(detail('customer.end'), 'http');

    expect(await counted('refused-data')).toBe(1);
  });

  it('asks once for snapshots that show the same, and names the session of the participant data', async () => {
    await intake.take(list('queue-1', { guestSessionId: SESSION_ID }), 'http');
    await intake.take(list('queue-1', { guestSessionId: SESSION_ID }), 'http');
    await intake.take(list('queue-1', { guestSessionId: SESSION_ID, more: 'data' }), 'http');

    expect(facts.taken).toHaveLength(1);
    expect(facts.taken[0]?.conversation).toEqual({
      genesysConversationId: 'c-1',
      conversationId: SESSION_ID,
    });
  });

  it.each([
    [
      'a heartbeat',
      { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } },
      'heartbeat',
    ],
    ['an event of another kind', { topicName: 'v2.users.u.presence', eventBody: {} }, 'not-a-conversation'],
    ['what is no event', ['text'], 'malformed'],
  ])('counts %s and passes nothing on', async (_case, value, outcome) => {
    await intake.take(platformEventOf(value, RECEIVED), 'http');

    expect([facts.taken, await counted(outcome)]).toEqual([[], 1]);
  });

  it('counts an event that states nothing new', async () => {
    await intake.take(detail('customer.start'), 'http');

    expect([facts.taken, await counted('without-fact')]).toEqual([[], 1]);
  });

  it.each(['opening', 'unknown-conversation'] as const)('keeps facts for a while: %s', async (outcome) => {
    facts.next(outcome);
    await intake.take(detail('acd.start'), 'http');

    expect(unmatched.size).toBe(1);
  });
});

describe(UnmatchedFacts.name, () => {
  const FACTS = { reported: { genesysConversationId: 'c-1' }, facts: [] };
  let facts: FakeFactIntake;
  let metrics: ReadableMetrics;
  let unmatched: UnmatchedFacts;

  beforeEach(() => {
    jest.useFakeTimers();
    facts = new FakeFactIntake();
    metrics = new ReadableMetrics();
    unmatched = new UnmatchedFacts(facts, new PlatformEventsTelemetry(metrics));
    unmatched.onApplicationBootstrap();
  });
  afterEach(async () => {
    await unmatched.onModuleDestroy();
    if (jest.getTimerCount() > 0) throw new Error('Timers are left');
    jest.useRealTimers();
  });

  const waited = (outcome: string): Promise<number | undefined> =>
    metrics.sample(`platform_facts_waiting_total{outcome="${outcome}"}`);

  it('stores facts once the session of their conversation is active', async () => {
    facts.next('opening', 'recorded');
    unmatched.add(FACTS);
    await jest.advanceTimersByTimeAsync(10_000);

    expect([facts.taken.length, unmatched.size, await waited('matched')]).toEqual([2, 0, 1]);
  });

  it('gives up facts of a conversation that no session has', async () => {
    facts.next(...Array.from({ length: 5 }, () => 'unknown-conversation' as const));
    unmatched.add(FACTS);
    await jest.advanceTimersByTimeAsync(60_000);

    expect([facts.taken.length, unmatched.size, await waited('unknown-conversation')]).toEqual([3, 0, 1]);
  });

  it('tries again while nothing can be stored', async () => {
    facts.next(new StorageUnavailableError(), new StorageUnavailableError());
    unmatched.add(FACTS);
    unmatched.add(FACTS);
    await jest.advanceTimersByTimeAsync(10_000);

    expect([unmatched.size, await waited('matched')]).toEqual([0, 2]);
  });

  it('is bounded', async () => {
    for (let count = 0; count < 1_100; count += 1) unmatched.add(FACTS);

    expect([unmatched.size, await waited('no-room')]).toEqual([1_000, 100]);
  });
});
