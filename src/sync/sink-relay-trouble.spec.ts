import { RecordingLog } from '../audit/recording-log.fake';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { anEvent } from './domain/delivery.builder';
import { OutboxRelay } from './outbox.relay';
import { FakeEventSink } from './ports/event-sink.fake';
import { EventSinks } from './ports/event-sinks';
import { CommitSignal } from '../common/commit-signal';
import type { FakeOutboxStore } from './ports/outbox.store.fake';
import { expectOverWithin, never, refuse, takes } from './sink-answers.fake';
import { RELAY_THROTTLE_MS, SinkRelay } from './sink-relay';
import { FakeSyncServices } from './sync-services.fake';

let log: RecordingLog;
let services: FakeSyncServices;
let outbox: FakeOutboxStore;
let sink: FakeEventSink;
let relay: SinkRelay;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  services = new FakeSyncServices();
  ({ outbox, sink, relay } = services);
});
afterEach(() => {
  jest.useRealTimers();
});

const failures = (count: number): StorageUnavailableError[] =>
  Array.from({ length: count }, () => new StorageUnavailableError());

describe(SinkRelay.name, () => {
  describe('when the storage fails', () => {
    it('delivers again what was accepted but could not be settled', async () => {
      outbox.queue('crm', anEvent());
      outbox.failNext('settle', new StorageUnavailableError());
      relay.start();

      await jest.advanceTimersByTimeAsync(21_000);

      expect(sink.sequencesOf('a')).toEqual([1, 1]);
      expect(outbox.row('a').status).toBe('delivered');
      await expectOverWithin(100, relay.stop(0));
    });

    it.each(['settle', 'postpone'] as const)(
      'does not flood the receiver while every attempt to %s fails',
      async (operation) => {
        outbox.queue('crm', anEvent());
        outbox.failNext(operation, ...failures(1_000));
        if (operation === 'postpone') sink.towards('a', refuse);
        relay.start();

        await jest.advanceTimersByTimeAsync(60_000);

        expect(sink.handed.length).toBeGreaterThan(1);
        expect(sink.handed.length).toBeLessThanOrEqual(12);
        await expectOverWithin(5_100, relay.stop(100));
      },
    );
  });

  describe('when the replica was frozen on the way to its receiver', () => {
    it.each([
      ['its lease is not trusted', () => (services.lease.isValid = false)],
      ['it is another replica since', () => (services.lease.holder = 'another')],
      ['its claim is over', () => jest.spyOn(services.clock, 'now').mockReturnValue(Date.now() + 21_000)],
    ])('sends nothing while %s, and records nothing', async (_, thaw) => {
      const sent: string[] = [];
      sink.towards('a', async (event, __, beforeSend) => {
        await takes(50)();
        beforeSend();
        sent.push(event.id);
      });
      outbox.queue('crm', anEvent());
      relay.start();
      await jest.advanceTimersByTimeAsync(10);
      thaw();
      await jest.advanceTimersByTimeAsync(50);

      expect(sent).toEqual([]);
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0 });
    });
  });

  it('delivers nothing twice because a claim was out of date', async () => {
    outbox.queue('crm', anEvent({ sequence: 1 }), anEvent({ sequence: 2 }));
    sink.next(takes(50));
    relay.start();
    await jest.advanceTimersByTimeAsync(10);
    const release = outbox.holdNextClaim();
    relay.wake();
    await jest.advanceTimersByTimeAsync(100);
    expect(outbox.row('a', 1).status).toBe('delivered');

    release();
    await jest.advanceTimersByTimeAsync(1_000);

    expect(sink.sequencesOf('a')).toEqual([1, 2]);
    expect(outbox.claims.slice(0, 2).map(({ except }) => except)).toEqual([[], ['a']]);
    await expectOverWithin(100, relay.stop(0));
  });

  describe('stopping', () => {
    it('first delivers what is due, whole conversation queues', async () => {
      outbox.queue(
        'crm',
        anEvent({ sequence: 1 }),
        anEvent({ sequence: 2 }),
        anEvent({ conversationId: 'b' }),
      );
      relay.start();

      await expectOverWithin(100, relay.stop(2_000));

      expect(outbox.rows.every(({ status }) => status === 'delivered')).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('leaves for the next process what does not fit the grace period, as it was', async () => {
      outbox.queue('crm', anEvent({ sequence: 1 }), anEvent({ sequence: 2 }));
      sink.towards('a', never);
      relay.start();
      await jest.advanceTimersByTimeAsync(10);

      await expectOverWithin(2_000, relay.stop(2_000));

      expect(sink.handed).toHaveLength(1);
      expect(sink.handed[0]?.signal.aborted).toBe(true);
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0, errors: [], claim: undefined });
    });

    it('delivers nothing afterwards, even when it is woken', async () => {
      relay.start();
      await expectOverWithin(100, relay.stop(2_000));
      outbox.queue('crm', anEvent());

      relay.wake();
      await jest.advanceTimersByTimeAsync(10_000);

      expect(sink.handed).toHaveLength(0);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('succeeds while the database is away', async () => {
      outbox.queue('crm', anEvent());
      relay.start();
      await jest.advanceTimersByTimeAsync(10);
      outbox.failNext('claim', ...failures(100));
      outbox.failNext('isDue', ...failures(100));
      outbox.failNext('unclaim', ...failures(1));

      await expectOverWithin(2_000, relay.stop(2_000));

      expect(jest.getTimerCount()).toBe(0);
    });

    it('stops at the first poll that fails, even when others would succeed, but waits for deliveries in flight', async () => {
      outbox.queue('crm', anEvent());
      sink.next(takes(500));
      relay.start();
      await jest.advanceTimersByTimeAsync(10);
      outbox.queue('crm', anEvent({ conversationId: 'b' }));
      outbox.failNext('claim', ...failures(100));

      await expectOverWithin(600, relay.stop(2_000));

      expect(outbox.row('a').status).toBe('delivered');
      expect(log.at('warn').length).toBeLessThanOrEqual(3);
    });

    it('starts nothing that a slow claim returns after the end', async () => {
      relay.start();
      await jest.advanceTimersByTimeAsync(10);
      outbox.queue('crm', anEvent());
      const release = outbox.holdNextClaim();
      const stop = relay.stop(100);
      await jest.advanceTimersByTimeAsync(100);
      await stop;
      outbox.calls.length = 0;

      release();
      await jest.advanceTimersByTimeAsync(1_000);

      expect(sink.handed).toHaveLength(0);
      expect(outbox.row('a').claim).toBeUndefined();
      expect(outbox.calls).toEqual(['unclaim']);
    });

    it('delivers nothing twice while a slow claim is in flight', async () => {
      outbox.queue('crm', anEvent());
      const release = outbox.holdNextClaim();
      relay.start();
      await jest.advanceTimersByTimeAsync(10);

      const stop = relay.stop(2_000);
      await jest.advanceTimersByTimeAsync(50);
      release();
      await expectOverWithin(100, stop);

      expect(sink.sequencesOf('a')).toEqual([1]);
      expect(outbox.row('a').status).toBe('delivered');
    });

    it('stops at once when nothing is due', async () => {
      relay.start();
      await jest.advanceTimersByTimeAsync(10);

      await expectOverWithin(1, relay.stop(2_000));
    });
  });
});

describe(OutboxRelay.name, () => {
  it('relays to each sink by itself, wakes at a commit and stops all together', async () => {
    const [good, hanging] = [new FakeEventSink('good'), new FakeEventSink('hanging')];
    hanging.towards('a', never);
    const commits = new CommitSignal();
    const outboxRelay = new OutboxRelay(new EventSinks([good, hanging]), services.relays, commits);
    outboxRelay.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(10);
    outbox.queue('good', anEvent());
    outbox.queue('hanging', anEvent());

    commits.notify('outbox');
    await jest.advanceTimersByTimeAsync(RELAY_THROTTLE_MS);
    expect([good.handed.length, hanging.handed.length]).toEqual([1, 1]);
    expect(outbox.rows.map(({ status }) => status)).toEqual(['delivered', 'pending']);

    await expectOverWithin(2_000, outboxRelay.beforeApplicationShutdown());
    expect(hanging.handed[0]?.signal.aborted).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('skips a conversation whose head is refused permanently, and delivers the others', async () => {
    const refused = Array.from({ length: 100 }, () => new DataRefusedError('22003'));
    outbox.failNext('settle', refused[0]);
    outbox.failNext('bury', ...refused);
    outbox.queue('crm', anEvent({ conversationId: 'poisoned' }));
    relay.start();
    await jest.advanceTimersByTimeAsync(1_000);
    outbox.queue('crm', anEvent({ conversationId: 'b' }));
    await jest.advanceTimersByTimeAsync(60_000);

    expect(sink.sequencesOf('poisoned')).toEqual([1]);
    expect(outbox.row('b').status).toBe('delivered');
    expect(await services.metrics.sample('poison_messages_total{queue="deliveries"}')).toBe(1);
    await expectOverWithin(200, relay.stop(100));
  });
});
