import { RecordingLog } from '../audit/recording-log.fake';
import { HealthChecks } from '../health/health-checks';
import { anEvent } from './domain/delivery.builder';
import { SinkNotFoundError } from './domain/sync.errors';
import { FakeEventSink } from './ports/event-sink.fake';
import { FakeSinkStore } from './ports/sink.store.fake';
import { SinksQueries } from './sinks.queries';
import { SinksTelemetry } from './sinks.telemetry';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;

let services: FakeSyncServices;
let store: FakeSinkStore;
let health: HealthChecks;
let queries: SinksQueries;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSyncServices();
  store = new FakeSinkStore();
  health = new HealthChecks();
  const { sinks, outbox, clock, metrics } = services;
  sinks.add(new FakeEventSink('ledger'));
  queries = new SinksQueries(sinks, store, outbox, clock);
  new SinksTelemetry(queries, sinks, metrics, health);
});
afterEach(() => {
  jest.useRealTimers();
});

const gauge = (name: string, sink = 'crm'): Promise<number | undefined> =>
  services.metrics.sample(`${name}{sink="${sink}"}`);

describe(SinksQueries.name, () => {
  it('tells how a sink is doing, and how full its queue is', async () => {
    services.outbox.queue('crm', anEvent({ occurredAt: NOW - 5_000 }), anEvent({ sequence: 2 }));
    services.outbox.row('a').attempts = 1;

    expect(await queries.get('crm')).toStrictEqual({
      name: 'crm',
      condition: 'healthy',
      pending: 2,
      oldestAt: NOW - 5_000,
      blockedConversations: 1,
      dead: 0,
    });
  });

  it('tells of all sinks, in their order', async () => {
    const overviews = await queries.all();

    expect(overviews.map(({ name, condition }) => [name, condition])).toEqual([
      ['crm', 'healthy'],
      ['ledger', 'healthy'],
    ]);
  });

  it('knows no sink that is not there', async () => {
    await expect(queries.get('nobody')).rejects.toThrow(SinkNotFoundError);
  });

  it('is throttled until the moment that its receiver asked for', async () => {
    store.states.set('crm', { retryAfter: NOW + 1 });
    expect(await queries.get('crm')).toMatchObject({ condition: 'throttled', retryAfter: NOW + 1 });

    await jest.advanceTimersByTimeAsync(1);
    expect(await queries.get('crm')).toMatchObject({ condition: 'healthy', retryAfter: NOW + 1 });
  });

  it('is failing as long as some process says so, and not once that is over', async () => {
    store.states.set('crm', { failingUntil: NOW + 1 });
    expect(await queries.get('crm')).toMatchObject({ condition: 'failing' });

    await jest.advanceTimersByTimeAsync(1);
    expect(await queries.get('crm')).toMatchObject({ condition: 'healthy' });
  });

  it('says first what an operator must end, then what ends by itself', async () => {
    store.states.set('crm', { retryAfter: NOW + 1_000, failingUntil: NOW + 1 });
    expect(await queries.conditions()).toEqual({ crm: 'failing', ledger: 'healthy' });

    await store.pause('crm', NOW, 'receiver-gone');
    expect(await queries.conditions()).toEqual({ crm: 'paused', ledger: 'healthy' });
    expect(await queries.get('crm')).toMatchObject({ paused: { at: NOW, reason: 'receiver-gone' } });

    await store.resume('crm', NOW);
    expect(await queries.conditions()).toEqual({ crm: 'healthy', ledger: 'healthy' });
  });
});

describe(SinksTelemetry.name, () => {
  it('shows what is paused and what is failing', async () => {
    expect([await gauge('sink_paused'), await gauge('sink_failing')]).toEqual([0, 0]);

    store.states.set('crm', { failingUntil: NOW + 1 });
    expect([await gauge('sink_paused'), await gauge('sink_failing')]).toEqual([0, 1]);
    await store.pause('crm', NOW);
    expect([await gauge('sink_paused'), await gauge('sink_failing')]).toEqual([1, 0]);
    expect([await gauge('sink_paused', 'ledger'), await gauge('sink_failing', 'ledger')]).toEqual([0, 0]);
  });

  it('shows no number while the storage is away', async () => {
    store.failure = new Error('away');

    expect(await gauge('sink_paused')).toBeNaN();
    expect(await gauge('sink_failing')).toBeNaN();
  });

  it('tells the conditions beside readiness, and is no check of it', async () => {
    await store.pause('ledger', NOW);
    const [note] = health.notes;

    expect(note?.[0]).toBe('sinks');
    expect(await note?.[1]()).toEqual({ crm: 'healthy', ledger: 'paused' });
    expect(health.all).toEqual([]);
  });
});
