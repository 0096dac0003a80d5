import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { aDelivery, anEvent } from './domain/delivery.builder';
import { DeliveryFailedError } from './domain/delivery.errors';
import { FakeEventSink } from './ports/event-sink.fake';
import { SyncTelemetry } from './sync.telemetry';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSyncServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSyncServices();
});
afterEach(() => {
  jest.useRealTimers();
});

const sample = (name: string): Promise<number | undefined> => services.metrics.sample(name);
const gauges = async (sink = 'crm'): Promise<unknown[]> =>
  Promise.all(
    ['outbox_pending', 'outbox_oldest_age_seconds', 'outbox_blocked_conversations', 'outbox_dead'].map(
      (name) => sample(`${name}{sink="${sink}"}`),
    ),
  );

describe(SyncTelemetry.name, () => {
  it('shows empty queues as such', async () => {
    expect(await gauges()).toEqual([0, 0, 0, 0]);
  });

  it('shows how much is waiting and since when, which conversations are blocked and what was given up', async () => {
    const { outbox } = services;
    outbox.queue('crm', anEvent({ occurredAt: NOW - 90_000 }), anEvent({ sequence: 2 }));
    outbox.queue('crm', anEvent({ conversationId: 'b' }), anEvent({ conversationId: 'c' }));
    outbox.row('a').attempts = 3;
    outbox.row('b').attempts = 1;
    outbox.row('c').status = 'dead';

    expect(await gauges()).toEqual([3, 90, 2, 1]);

    await jest.advanceTimersByTimeAsync(10_000);
    outbox.row('a').status = 'delivered';
    expect(await gauges()).toEqual([2, 10, 1, 1]);
  });

  it('shows each sink by itself, also one that came later', async () => {
    services.sinks.add(new FakeEventSink('ledger'));
    services.outbox.queue('ledger', anEvent());

    expect((await gauges())[0]).toBe(0);
    expect((await gauges('ledger'))[0]).toBe(1);
  });

  it('shows no number while the storage is away', async () => {
    services.outbox.failNext('backlog', new StorageUnavailableError());

    expect(await sample('outbox_pending{sink="crm"}')).toBeNaN();
  });

  it('reads each queue once for all that a page shows of it', async () => {
    await services.metrics.page();
    await services.metrics.page();

    expect(services.outbox.calls).toEqual(['backlog', 'backlog']);
  });

  it('logs a failing receiver at level error, and its recovery', () => {
    const { telemetry } = services;

    telemetry.failing('crm');
    telemetry.recovered('crm');

    expect(log.at('error')).toEqual([expect.objectContaining({ sink: 'crm' })]);
    expect(log.at('info')).toEqual([expect.objectContaining({ sink: 'crm' })]);
  });

  it('counts what operators asked for again', async () => {
    services.telemetry.replayed(3);
    services.telemetry.replayed(0);
    services.telemetry.replayed(4);

    expect(await sample('outbox_replayed_total')).toBe(7);
  });

  it('counts attempts by their result, and measures those that were accepted', async () => {
    const { telemetry } = services;
    const delivery = aDelivery({ occurredAt: NOW - 30_000 });
    telemetry.delivered(delivery, 250, NOW);
    telemetry.delivered(aDelivery({ occurredAt: NOW + 5_000 }), 250, NOW);
    telemetry.postponed(delivery, new DeliveryFailedError('status 503'), 5_000);
    telemetry.buried(delivery, new DeliveryFailedError('status 503'));

    const results = ['ok', 'failed', 'dead'].map((result) =>
      sample(`delivery_attempts_total{sink="crm",result="${result}"}`),
    );
    expect(await Promise.all(results)).toEqual([2, 1, 1]);
    expect(await sample('delivery_duration_seconds_sum{sink="crm"}')).toBe(0.5);
    expect(await sample('delivery_event_delay_seconds_sum{sink="crm"}')).toBe(30);
  });

  it('writes no metadata of a session into a line', () => {
    const delivery = aDelivery({ metadata: { queueId: 'canary' } });
    services.telemetry.postponed(delivery, new DeliveryFailedError('status 503'), 5_000);
    services.telemetry.buried(delivery, new DeliveryFailedError('status 503'));

    expect(log.lines).toHaveLength(2);
    expect(JSON.stringify(log.lines)).not.toContain('canary');
  });
});
