import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import type { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { anEvent } from './domain/delivery.builder';
import type { FakeEventSink } from './ports/event-sink.fake';
import type { FakeOutboxStore } from './ports/outbox.store.fake';
import { expectStopped, never, refuse, takes } from './sink-answers.fake';
import { RELAY_THROTTLE_MS, SinkRelay } from './sink-relay';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

let log: RecordingLog;
let services: FakeSyncServices;
let outbox: FakeOutboxStore;
let sink: FakeEventSink;
let metrics: ReadableMetrics;
let relay: SinkRelay;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSyncServices();
  ({ outbox, sink, metrics, relay } = services);
});
afterEach(async () => {
  await expectStopped(relay);
  jest.useRealTimers();
});

describe(SinkRelay.name, () => {
  it('hands over what is due, and settles it with the latency of the sink', async () => {
    outbox.queue('crm', anEvent());
    sink.next(takes(40));
    relay.start();

    await jest.advanceTimersByTimeAsync(100);

    expect(sink.handed.map(({ event }) => event)).toEqual([outbox.row('a').event]);
    expect(outbox.row('a').status).toBe('delivered');
    expect(outbox.latencies).toEqual([40]);
    expect(await metrics.sample('delivery_attempts_total{sink="crm",result="ok"}')).toBe(1);
    expect(await metrics.sample('delivery_duration_seconds_sum{sink="crm"}')).toBeCloseTo(0.04);
  });

  it('polls for later events, and at once when it is woken', async () => {
    relay.start();
    await jest.advanceTimersByTimeAsync(10);
    outbox.queue('crm', anEvent({ conversationId: 'woken' }));
    relay.wake();
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    expect(outbox.row('woken').status).toBe('delivered');

    outbox.queue('crm', anEvent({ conversationId: 'found' }));
    await jest.advanceTimersByTimeAsync(500);
    expect(outbox.row('found').status).toBe('delivered');
  });

  it('claims once for all commits of a throttled time, and at once after a rest', async () => {
    relay.start();
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    expect(outbox.claims).toHaveLength(1);

    for (let commit = 0; commit < 10; commit += 1) {
      relay.wake();
      await jest.advanceTimersByTimeAsync(1);
    }
    expect(outbox.claims).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    expect(outbox.claims).toHaveLength(3);
  });

  it('leaves the deliveries to other sinks alone', async () => {
    outbox.queue('other', anEvent());
    relay.start();

    await jest.advanceTimersByTimeAsync(2_000);

    expect(sink.handed).toHaveLength(0);
  });

  describe('a conversation queue', () => {
    it('is in order, each event only after the one before it was accepted', async () => {
      outbox.queue('crm', anEvent({ sequence: 1 }), anEvent({ sequence: 2 }), anEvent({ sequence: 3 }));
      sink.next(refuse, takes(300), refuse, refuse);
      relay.start();

      await jest.advanceTimersByTimeAsync(60_000);

      expect(sink.sequencesOf('a')).toEqual([1, 1, 2, 2, 2, 3]);
      expect(outbox.rows.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    });

    it('blocks no other when it fails or hangs', async () => {
      sink.towards('bad', refuse);
      sink.towards('hanging', never);
      outbox.queue('crm', anEvent({ conversationId: 'bad' }), anEvent({ conversationId: 'hanging' }));
      services.queueConversations('good', 200);
      relay.start();

      await jest.advanceTimersByTimeAsync(2_000);

      const good = outbox.rows.filter(({ event }) => event.conversationId.startsWith('good'));
      expect(good.filter(({ status }) => status === 'delivered')).toHaveLength(200);
    });

    it('waits by the schedule after each failure, and each is recorded with its reason', async () => {
      sink.towards('a', refuse);
      outbox.queue('crm', anEvent());
      relay.start();

      await jest.advanceTimersByTimeAsync(HOUR);

      const times = sink.handed.map(({ at }) => at);
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(waits.length).toBeGreaterThanOrEqual(9);
      for (const [index, wait] of waits.entries()) {
        const planned = [5, 15, 30, 60, 120, 300][index] ?? 600;
        expect(wait).toBeGreaterThanOrEqual(0.8 * planned * 1_000);
        expect(wait).toBeLessThanOrEqual(1.2 * planned * 1_000 + 500);
      }
      expect(outbox.row('a').errors).toEqual(times.map(() => 'status 500'));
      expect(await metrics.sample('delivery_attempts_total{sink="crm",result="failed"}')).toBe(times.length);
      expect(log.at('warn')[0]).toMatchObject({ conversationId: 'a', sink: 'crm', sequence: 1, attempts: 1 });
    });

    it('never makes the receiver failing by itself, and continues when its head is accepted', async () => {
      sink.towards('a', refuse);
      outbox.queue('crm', anEvent());
      relay.start();
      await jest.advanceTimersByTimeAsync(HOUR);
      expect(services.relay.isFailing).toBe(false);

      sink.towards('a', () => undefined);
      await jest.advanceTimersByTimeAsync(12 * 60_000 + 500);

      expect(outbox.row('a').status).toBe('delivered');
    });
  });

  it('has no more than 64 deliveries in flight', async () => {
    for (const conversation of services.conversations('conversation', 100)) sink.towards(conversation, never);
    services.queueConversations('conversation', 100);
    relay.start();

    await jest.advanceTimersByTimeAsync(10_000);

    expect(sink.handed).toHaveLength(64);
  });

  it('ends an attempt after fifteen seconds even when the sink ignores its signal', async () => {
    sink.next(never);
    outbox.queue('crm', anEvent());
    relay.start();

    await jest.advanceTimersByTimeAsync(14_999);
    expect(outbox.row('a').attempts).toBe(0);
    expect(sink.handed[0]?.signal.aborted).toBe(false);

    await jest.advanceTimersByTimeAsync(1);
    expect(outbox.row('a')).toMatchObject({ attempts: 1, errors: ['no answer in time'] });
    expect(sink.handed[0]?.signal.aborted).toBe(true);

    await jest.advanceTimersByTimeAsync(6_500);
    expect(outbox.row('a').status).toBe('delivered');
  });

  describe('an event that is not accepted for 72 hours', () => {
    it('is given up with its last error, and its conversation continues', async () => {
      sink.next(refuse);
      outbox.queue(
        'crm',
        anEvent({ occurredAt: NOW - 72 * HOUR }),
        anEvent({ sequence: 2, occurredAt: NOW }),
      );
      relay.start();

      await jest.advanceTimersByTimeAsync(1_000);

      expect(outbox.row('a', 1)).toMatchObject({ status: 'dead', errors: ['status 500'] });
      expect(outbox.row('a', 2).status).toBe('delivered');
      expect(log.at('error')).toEqual([expect.objectContaining({ conversationId: 'a', sequence: 1 })]);
      expect(await metrics.sample('delivery_attempts_total{sink="crm",result="dead"}')).toBe(1);
    });

    it('is still handed over once when it is that old, and accepted', async () => {
      outbox.queue('crm', anEvent({ occurredAt: NOW - 100 * HOUR }));
      relay.start();

      await jest.advanceTimersByTimeAsync(1_000);

      expect(outbox.row('a').status).toBe('delivered');
    });

    it('is kept while it is younger', async () => {
      sink.next(refuse);
      outbox.queue('crm', anEvent({ occurredAt: NOW - 72 * HOUR + 1 }));
      relay.start();

      await jest.advanceTimersByTimeAsync(500);

      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 1 });
    });
  });

  it('continues after a poll that fails', async () => {
    outbox.failNext('claim', new StorageUnavailableError(), new StorageUnavailableError());
    outbox.queue('crm', anEvent());
    relay.start();

    await jest.advanceTimersByTimeAsync(2_000);

    expect(outbox.row('a').status).toBe('delivered');
    expect(log.at('warn')).toHaveLength(2);
  });
});
