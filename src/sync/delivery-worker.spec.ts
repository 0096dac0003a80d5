import { RecordingLog } from '../audit/recording-log.fake';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import type { SessionEvent } from '../session/domain/session-event';
import { DeliveryWorker, type DeliveryOutcome } from './delivery-worker';
import { anEvent } from './domain/delivery.builder';
import { type DeliveryFailure, DeliveryFailedError } from './domain/delivery.errors';
import type { Delivery } from './domain/delivery';
import { RetrySchedule } from './domain/retry-schedule';
import type { FakeOutboxStore } from './ports/outbox.store.fake';
import { never, refuse, takes } from './sink-answers.fake';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let log: RecordingLog;
let services: FakeSyncServices;
let outbox: FakeOutboxStore;
let worker: DeliveryWorker<SessionEvent>;
let stop: AbortController;
let isHeld: boolean;
/** The number of events that the receiver had been handed, by answer. */
let answers: number[];

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  log = RecordingLog.install();
  services = new FakeSyncServices();
  ({ outbox } = services);
  const { sink, clock, telemetry } = services;
  worker = new DeliveryWorker(sink, outbox, clock, new RetrySchedule(), telemetry);
  stop = new AbortController();
  isHeld = true;
  answers = [];
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const callbacks = { isHeld: () => isHeld, answered: () => answers.push(services.sink.handed.length) };

/** Claims the one delivery that is due. */
async function claimed(): Promise<Delivery> {
  const now = Date.now();
  const [delivery] = await outbox.claim({ sink: 'crm', relay: 'relay', now, until: now + HOUR, limit: 1 });
  if (delivery === undefined) throw new Error('Nothing is due');
  return delivery;
}

/** Carries an event that waits for so long; the errand is open until it is over. */
async function carry(ageMs = 0): Promise<{ errand: DeliveryOutcome | 'open' }> {
  outbox.queue('crm', anEvent({ occurredAt: NOW - ageMs }));
  const result: { errand: DeliveryOutcome | 'open' } = { errand: 'open' };
  void worker.deliver(await claimed(), stop.signal, callbacks).then((errand) => (result.errand = errand));
  await jest.advanceTimersByTimeAsync(0);
  return result;
}

function answer(failure: DeliveryFailure): void {
  services.sink.next(() => Promise.reject(new DeliveryFailedError('status 503', failure)));
}

const attempts = (result: string): Promise<number | undefined> =>
  services.metrics.sample(`delivery_attempts_total{sink="crm",result="${result}"}`);

describe(DeliveryWorker.name, () => {
  it('says nothing of the receiver when the delivery was lost before it was sent', async () => {
    const postpone = jest.spyOn(outbox, 'postpone');
    isHeld = false;
    services.sink.next((_, __, beforeSend) => {
      beforeSend();
    });

    expect((await carry()).errand).toBe('unknown');
    expect(postpone).not.toHaveBeenCalled();
    expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0 });
    expect(await attempts('failed')).toBeUndefined();
  });

  describe('an event that is accepted', () => {
    it('is settled with the moment and the latency', async () => {
      const settle = jest.spyOn(outbox, 'settle');
      services.sink.next(takes(40));
      const result = await carry();
      await jest.advanceTimersByTimeAsync(40);

      expect(result.errand).toBe('drained');
      expect(outbox.row('a').status).toBe('delivered');
      expect(settle).toHaveBeenCalledWith(expect.objectContaining({ sink: 'crm' }), {
        at: NOW + 40,
        latencyMs: 40,
      });
      expect(await attempts('ok')).toBe(1);
    });

    it('is told apart from one with others behind it', async () => {
      const other = anEvent({ sequence: 2 });
      const delivery = carry();
      outbox.queue('crm', other);
      expect((await delivery).errand).toBe('delivered');
    });

    it("is answered before its record, which is not the receiver's time", async () => {
      const answeredAt: number[] = [];
      jest.spyOn(outbox, 'settle').mockImplementation(() => {
        answeredAt.push(...answers);
        return Promise.resolve(true);
      });
      await carry();

      expect(answeredAt).toEqual([1]);
    });
  });

  describe('an event that is refused', () => {
    it('is due again after the wait of the schedule, with the attempt written down', async () => {
      const postpone = jest.spyOn(outbox, 'postpone');
      services.sink.next(refuse);
      const result = await carry();

      expect(result.errand).toBe('failed');
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 1, nextAttemptAt: NOW + 5_000 });
      const attempt = { at: NOW, latencyMs: 0, error: 'status 500', status: 500 };
      expect(postpone).toHaveBeenCalledWith(expect.anything(), attempt, NOW + 5_000, {});
      expect(await attempts('failed')).toBe(1);
      expect(log.at('warn')).toEqual([expect.objectContaining({ delayMs: 5_000, attempts: 1 })]);
    });

    it('waits by how often it failed', async () => {
      outbox.queue('crm', anEvent());
      outbox.row('a').attempts = 3;
      services.sink.next(refuse);
      await worker.deliver(await claimed(), stop.signal, callbacks);

      expect(outbox.row('a')).toMatchObject({ attempts: 4, nextAttemptAt: NOW + MINUTE });
    });

    it('leaves only the name of an error that is not ours, and no status', async () => {
      const postpone = jest.spyOn(outbox, 'postpone');
      services.sink.next(() => Promise.reject(new TypeError('secret')));
      await carry();

      expect(postpone.mock.calls[0]?.[1]).toEqual({ at: NOW, latencyMs: 0, error: 'TypeError' });
      expect(postpone.mock.calls[0]?.[3]).toEqual({});
    });

    it.each([
      [1_000, 1_000],
      [HOUR, HOUR],
      [HOUR + 1, HOUR],
      [0, 0],
    ])(
      'throttles the receiver when it asks for %d ms, for an hour at most',
      async (retryAfterMs, throttledMs) => {
        answer({ retryAfterMs });
        await carry();

        expect(outbox.retryAfter).toBe(NOW + throttledMs);
        expect(outbox.row('a').nextAttemptAt).toBe(NOW + 5_000);
      },
    );

    it('pauses a receiver that is gone, keeps the event and tells an operator', async () => {
      answer({ status: 410, isReceiverGone: true });
      const result = await carry();

      expect(result.errand).toBe('failed');
      expect([...outbox.paused]).toEqual(['crm']);
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 1 });
      expect(log.at('error')).toEqual([expect.objectContaining({ sink: 'crm' })]);
    });

    it('pauses a receiver that is gone, and keeps the event, however old that is', async () => {
      answer({ status: 410, isReceiverGone: true });
      await carry(80 * HOUR);

      expect([...outbox.paused]).toEqual(['crm']);
      expect(outbox.row('a').status).toBe('pending');
    });

    it('leaves a receiver that only refuses neither throttled nor paused', async () => {
      answer({ status: 503 });
      await carry();

      expect(outbox.retryAfter).toBe(0);
      expect(outbox.paused.size).toBe(0);
      expect(log.at('error')).toHaveLength(0);
    });

    it('is kept while it is younger than 72 hours, and given up with its last attempt then', async () => {
      services.sink.next(refuse, refuse);
      await carry(72 * HOUR - 1);
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 1 });

      const bury = jest.spyOn(outbox, 'bury');
      await jest.advanceTimersByTimeAsync(5_000);
      expect(await worker.deliver(await claimed(), stop.signal, callbacks)).toBe('failed');

      expect(outbox.row('a').status).toBe('dead');
      const attempt = { at: NOW + 5_000, latencyMs: 0, error: 'status 500', status: 500 };
      expect(bury).toHaveBeenCalledWith(expect.anything(), attempt);
      expect(await attempts('dead')).toBe(1);
      expect(log.at('error')).toHaveLength(1);
    });
  });

  it('writes nothing about an attempt that was broken off', async () => {
    services.sink.next(never);
    const result = await carry();
    outbox.calls.length = 0;

    stop.abort();
    await jest.advanceTimersByTimeAsync(0);

    expect(result.errand).toBe('unknown');
    expect(outbox.calls).toEqual([]);
    expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0, errors: [] });
  });

  it('counts nothing against an event that is accepted too late for the end of the process', async () => {
    services.sink.next(() => {
      stop.abort();
    });
    const result = await carry();

    expect(result.errand).toBe('unknown');
    expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0 });
  });

  describe.each(['settle', 'postpone', 'bury'] as const)('when it cannot %s', (operation) => {
    const begin = async (): Promise<{ errand: DeliveryOutcome | 'open' }> => {
      if (operation !== 'settle') services.sink.next(refuse);
      outbox.failNext(operation, new StorageUnavailableError());
      return carry(operation === 'bury' ? 72 * HOUR : 0);
    };

    it('rests before it says that the outcome is unknown', async () => {
      const result = await begin();
      await jest.advanceTimersByTimeAsync(4_999);
      expect(result.errand).toBe('open');
      await jest.advanceTimersByTimeAsync(1);

      expect(result.errand).toBe('unknown');
      expect(outbox.row('a')).toMatchObject({ status: 'pending', attempts: 0 });
      expect(log.at('warn')).toHaveLength(1);
      expect(await attempts('ok')).toBeUndefined();
    });

    it('does not hold up the end of the process', async () => {
      const result = await begin();
      stop.abort();
      await jest.advanceTimersByTimeAsync(0);

      expect(result.errand).toBe('unknown');
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  describe.each(['settle', 'postpone'] as const)('when the outbox refuses what it would %s', (operation) => {
    const refused = new DataRefusedError('22003');

    it('gives the delivery up at once, with the reason, and reports it', async () => {
      if (operation === 'postpone') services.sink.next(refuse);
      outbox.failNext(operation, refused);
      const result = await carry();

      expect(result.errand).toBe('unknown');
      expect(outbox.row('a')).toMatchObject({ status: 'dead', errors: [refused.message] });
      expect(await services.metrics.sample('poison_messages_total{queue="deliveries"}')).toBe(1);
      expect(log.at('error')).toEqual([expect.objectContaining({ conversationId: 'a', reason: '22003' })]);
    });

    it('says that the delivery is stuck when giving it up is refused as well', async () => {
      if (operation === 'postpone') services.sink.next(refuse);
      outbox.failNext(operation, refused);
      outbox.failNext('bury', refused);

      expect((await carry()).errand).toBe('stuck');
      expect(await services.metrics.sample('poison_messages_total{queue="deliveries"}')).toBe(1);
    });
  });
});
