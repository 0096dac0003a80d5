import { RecordingLog } from '../audit/recording-log.fake';
import { anEvent } from './domain/delivery.builder';
import { expectStopped, never, takes } from './sink-answers.fake';
import { RELAY_THROTTLE_MS, SinkRelay } from './sink-relay';
import { FakeSyncServices } from './sync-services.fake';

let services: FakeSyncServices;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  RecordingLog.install();
});
afterEach(async () => {
  await expectStopped(services.relay);
  jest.useRealTimers();
});

function startWith(perSecond: number, conversations: number): FakeSyncServices {
  services = new FakeSyncServices({ SYNC_MAX_PER_SECOND: perSecond });
  services.queueConversations('conversation', conversations);
  services.relay.start();
  return services;
}

describe(SinkRelay.name, () => {
  it.each([
    [10, 11],
    [50, 55],
    [200, 220],
  ])(
    'delivers %d a second and at most a portion more, without waiting for the next poll',
    async (perSecond, most) => {
      const { sink } = startWith(perSecond, 300);

      await jest.advanceTimersByTimeAsync(1_000);

      expect(sink.handed.length).toBeLessThanOrEqual(most);
      expect(sink.handed.length).toBeGreaterThanOrEqual(0.9 * perSecond);
    },
  );

  it('hands out the next portion in time also while the one before is in flight', async () => {
    const { sink } = startWith(200, 0);
    for (const conversation of services.conversations('slow', 64)) sink.towards(conversation, takes(10_000));
    services.queueConversations('slow', 64);
    services.relay.wake();

    await jest.advanceTimersByTimeAsync(400);

    expect(sink.handed).toHaveLength(64);
    await jest.advanceTimersByTimeAsync(15_000);
  });

  it('keeps the pace over a long queue', async () => {
    const { sink } = startWith(50, 300);

    await jest.advanceTimersByTimeAsync(5_000);

    expect(sink.handed.length).toBeLessThanOrEqual(255);
    expect(sink.handed.length).toBeGreaterThanOrEqual(225);
  });

  it('fills a place that comes free at once', async () => {
    services = new FakeSyncServices({ SYNC_MAX_PER_SECOND: 100_000 });
    for (const conversation of services.conversations('conversation', 128))
      services.sink.towards(conversation, takes(100));
    services.queueConversations('conversation', 128);
    services.relay.start();

    await jest.advanceTimersByTimeAsync(99);
    expect(services.sink.handed).toHaveLength(64);
    await jest.advanceTimersByTimeAsync(50);
    expect(services.sink.handed).toHaveLength(128);
  });

  it('does not poll while no place is free, but as soon as one is', async () => {
    const { sink, outbox } = startWith(100_000, 0);
    for (const conversation of services.conversations('hanging', 64)) sink.towards(conversation, never);
    services.queueConversations('hanging', 64);
    services.relay.wake();
    await jest.advanceTimersByTimeAsync(10);
    outbox.claims.length = 0;
    services.queueConversations('good', 1);

    await jest.advanceTimersByTimeAsync(14_000);
    expect(outbox.claims).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(outbox.row('good-0').attempts).toBe(0);
  });

  it('claims no more than it has places, and nothing of the conversations that are in flight', async () => {
    const { sink, outbox, relay } = startWith(100_000, 0);
    sink.towards('a', never);
    outbox.queue('crm', anEvent());
    relay.wake();
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    relay.wake();
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);

    const { limit, except, now, until } = outbox.claims.at(-1) ?? {};
    expect([limit, except]).toEqual([63, ['a']]);
    expect((until ?? 0) - (now ?? 0)).toBe(20_000);
    expect(new Set(outbox.claims.map((claim) => claim.relay)).size).toBe(1);
  });

  it('drains at its pace while the process stops, as far as the grace allows', async () => {
    const { relay, outbox, sink } = startWith(100, 200);
    const over = relay.stop(1_000);
    await jest.advanceTimersByTimeAsync(1_000);
    await over;

    expect(sink.handed.length).toBeLessThanOrEqual(110);
    expect(sink.handed.length).toBeGreaterThanOrEqual(80);
    const pending = outbox.rows.filter(({ status }) => status === 'pending');
    expect(pending.every(({ claim }) => claim === undefined)).toBe(true);
  });

  it('delivers all of a queue that is longer than a portion before it stops', async () => {
    const { relay, outbox } = startWith(200, 100);
    const over = relay.stop(2_000);
    await jest.advanceTimersByTimeAsync(1_000);
    await over;

    expect(outbox.rows.every(({ status }) => status === 'delivered')).toBe(true);
  });
});
