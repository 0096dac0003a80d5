import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { anEvent } from './domain/delivery.builder';
import type { FakeEventSink } from './ports/event-sink.fake';
import type { FakeOutboxStore } from './ports/outbox.store.fake';
import { expectOverWithin, expectStopped, never, refuse, takes } from './sink-answers.fake';
import { RELAY_THROTTLE_MS, SinkRelay } from './sink-relay';
import { FakeSyncServices } from './sync-services.fake';

const PROBE_MS = 20_000;

let log: RecordingLog;
let services: FakeSyncServices;
let outbox: FakeOutboxStore;
let sink: FakeEventSink;
let relay: SinkRelay;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  log = RecordingLog.install();
  services = new FakeSyncServices({ SYNC_PROBE_INTERVAL_MS: PROBE_MS });
  ({ outbox, sink, relay } = services);
});
afterEach(async () => {
  await expectStopped(relay);
  jest.useRealTimers();
});

/** Queues the first events of `count` conversations, towards each of which the receiver behaves alike. */
function queueTo(behaviour: () => Promise<void>, count: number, name = 'conversation'): void {
  for (const conversation of services.conversations(name, count)) sink.towards(conversation, behaviour);
  services.queueConversations(name, count);
}

/** The receiver accepts everything from now on. */
function recover(count: number, name = 'conversation'): void {
  for (const conversation of services.conversations(name, count)) sink.towards(conversation, () => undefined);
}

const delivered = (): number => outbox.rows.filter(({ status }) => status === 'delivered').length;

describe(SinkRelay.name, () => {
  describe('while its receiver fails', () => {
    beforeEach(async () => {
      queueTo(refuse, 10);
      relay.start();
      await jest.advanceTimersByTimeAsync(100);
      sink.handed.length = 0;
    });

    it('says so once', () => {
      expect(services.relay.isFailing).toBe(true);
      expect(log.at('error')).toEqual([expect.objectContaining({ sink: 'crm' })]);
    });

    it('tells every replica for the time until the next probe is over, and again with each probe', async () => {
      const until = outbox.failingUntil.get('crm') ?? 0;
      expect(until).toBeGreaterThan(Date.now() + 2 * PROBE_MS);
      await jest.advanceTimersByTimeAsync(2 * PROBE_MS);
      expect(outbox.failingUntil.get('crm')).toBeGreaterThan(until);
      recover(10);
      await jest.advanceTimersByTimeAsync(2 * PROBE_MS);

      expect(outbox.failingUntil.has('crm')).toBe(false);
    });

    it('sends one event per interval, also when more is due', async () => {
      const start = Date.now();
      queueTo(refuse, 50, 'fresh');
      for (let round = 0; round < 10 * (PROBE_MS / 1_000); round += 1) {
        relay.wake();
        await jest.advanceTimersByTimeAsync(1_000);
      }

      expect(sink.handed.length).toBeGreaterThanOrEqual(9);
      expect(sink.handed.length).toBeLessThanOrEqual(10);
      const times = [start - 100, ...sink.handed.map(({ at }) => at)];
      for (const [index, at] of times.slice(1).entries()) {
        expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(PROBE_MS);
      }
    });

    it('asks the queue for a single event, due or not', async () => {
      outbox.claims.length = 0;
      await jest.advanceTimersByTimeAsync(PROBE_MS);

      expect(outbox.claims).toEqual([expect.objectContaining({ limit: 1, isProbe: true })]);
    });

    it('delivers everything that was postponed once a probe is accepted', async () => {
      await jest.advanceTimersByTimeAsync(2 * PROBE_MS);
      recover(10);
      // Conversations with a failed delivery would wait for many seconds more by themselves.
      for (const row of outbox.rows) row.nextAttemptAt = Date.now() + 3_600_000;

      await jest.advanceTimersByTimeAsync(PROBE_MS);

      expect(delivered()).toBe(10);
      expect(outbox.calls.filter((call) => call === 'release')).toHaveLength(1);
      expect(services.relay.isFailing).toBe(false);
      expect(log.at('info')).toHaveLength(1);
    });

    it('claims several at a time again, and what is due only', async () => {
      recover(10);
      await jest.advanceTimersByTimeAsync(PROBE_MS);
      outbox.claims.length = 0;
      await jest.advanceTimersByTimeAsync(500);

      expect(outbox.claims.at(-1)).toMatchObject({ isProbe: false });
      expect(outbox.claims.at(-1)?.limit).toBeGreaterThan(1);
    });

    it('is healthy again even when the postponed deliveries cannot be released, and those keep their schedule', async () => {
      recover(10);
      outbox.failNext('release', new StorageUnavailableError());
      await jest.advanceTimersByTimeAsync(PROBE_MS + 10_000);

      expect(services.relay.isFailing).toBe(false);
      expect(delivered()).toBe(10);
    });

    it('does not expedite deliveries at the stop', async () => {
      outbox.rows.forEach((row) => (row.nextAttemptAt = 0));

      await expectOverWithin(100, relay.stop(2_000));

      expect(sink.handed).toHaveLength(0);
    });
  });

  it('probes with one event only, also when its answer takes longer than the interval', async () => {
    services = new FakeSyncServices({ SYNC_PROBE_INTERVAL_MS: 1_000 });
    ({ outbox, sink, relay } = services);
    queueTo(refuse, 10);
    relay.start();
    await jest.advanceTimersByTimeAsync(100);
    for (const conversation of services.conversations('conversation', 10)) sink.towards(conversation, never);
    sink.handed.length = 0;

    await jest.advanceTimersByTimeAsync(15_500);
    expect(sink.handed).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sink.handed).toHaveLength(2);
  });

  it('takes an event that was in flight before, and is accepted, for a sign that the receiver is back', async () => {
    queueTo(takes(5_000), 1, 'slow');
    queueTo(refuse, 10);
    relay.start();
    await jest.advanceTimersByTimeAsync(4_900);
    expect(services.relay.isFailing).toBe(true);

    recover(10);
    await jest.advanceTimersByTimeAsync(200);
    expect(services.relay.isFailing).toBe(false);
    expect(delivered()).toBe(11);
  });

  it('sends no probe while the receiver is throttled', async () => {
    queueTo(refuse, 10);
    relay.start();
    await jest.advanceTimersByTimeAsync(100);
    outbox.retryAfter = Date.now() + 3 * PROBE_MS;
    sink.handed.length = 0;

    await jest.advanceTimersByTimeAsync(3 * PROBE_MS - 1_000);
    expect(sink.handed).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sink.handed).toHaveLength(1);
  });

  it('does not count a few conversations that are always refused as a failing receiver', async () => {
    relay.start();
    for (const name of ['bad', 'worse', 'worst']) {
      queueTo(refuse, 4, name);
      await jest.advanceTimersByTimeAsync(600);
      services.queueConversations(`good-beside-${name}`, 1);
      await jest.advanceTimersByTimeAsync(600);
    }
    await jest.advanceTimersByTimeAsync(3_600_000);
    services.queueConversations('good', 10);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(services.relay.isFailing).toBe(false);
    expect(delivered()).toBe(13);
  });

  it('draws no conclusion from attempts that were aborted', async () => {
    queueTo(never, 10);
    relay.start();
    await jest.advanceTimersByTimeAsync(100);

    await expectOverWithin(100, relay.stop(50));

    expect(services.relay.isFailing).toBe(false);
    expect(outbox.rows.every(({ attempts, claim }) => attempts === 0 && claim === undefined)).toBe(true);
  });

  it('pauses when the receiver is gone, keeps the events and goes on when it is resumed', async () => {
    outbox.queue('crm', anEvent({ conversationId: 'later' }));
    outbox.paused.add('crm');
    relay.start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sink.handed).toHaveLength(0);

    outbox.paused.clear();
    relay.wake();
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    expect(outbox.row('later').status).toBe('delivered');
  });
});
