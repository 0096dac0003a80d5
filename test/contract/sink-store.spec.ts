import type { Attempt } from '../../src/sync/domain/delivery';
import type { ReceiverVerdict } from '../../src/sync/ports/outbox.store';
import { SinkStore } from '../../src/sync/ports/sink.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { claimOne } from './queued-sessions';

const REFUSED: Attempt = { at: 3_000, latencyMs: 5, error: 'refused' };
const GONE: Attempt = { ...REFUSED, error: 'status 410', status: 410 };

describe.each(DIALECTS)(`${SinkStore.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config, ['crm', 'archive']);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  /** Two lanes, one with a refused delivery that is due again at 4,000. */
  const refuse = async (verdict: ReceiverVerdict, attempt = REFUSED): Promise<void> => {
    await stores.activated(1_000);
    await stores.activated(1_001);
    await stores.outbox.postpone(await claimOne(stores), attempt, 4_000, verdict);
  };
  const audited = async (...actions: readonly string[]) =>
    (await stores.auditTrail())
      .filter(({ action }) => actions.includes(action))
      .map(({ action, detail }) => ({ action, detail }));

  it('returns the defaults of a sink without any record', async () => {
    await expect(stores.sinks.state('crm')).resolves.toEqual({});
    await refuse({});
    await expect(stores.sinks.state('crm')).resolves.toEqual({});
    await expect(stores.due()).resolves.toHaveLength(2);
  });

  it("applies a receiver's requested pause to that receiver only", async () => {
    await refuse({ retryAfter: 50_000 });
    await expect(stores.sinks.state('crm')).resolves.toEqual({ retryAfter: 50_000 });
    await expect(stores.due({ now: 49_999 })).resolves.toEqual([]);
    await expect(stores.due({ now: 49_999, isProbe: true })).resolves.toEqual([]);
    await expect(stores.outbox.isDue('crm', 49_999)).resolves.toBe(false);
    await expect(stores.due({ sink: 'archive' })).resolves.toHaveLength(2);
    await expect(stores.due({ now: 50_000 })).resolves.toHaveLength(2);
  });

  it('shows a failing receiver to every process, until it recovers or an operator resumes the sink', async () => {
    await refuse({ retryAfter: 50_000 });
    await stores.outbox.markFailing('crm', 60_000);
    await stores.outbox.markFailing('crm', 90_000);
    await expect(stores.sinks.state('crm')).resolves.toEqual({ retryAfter: 50_000, failingUntil: 90_000 });
    await expect(stores.sinks.state('archive')).resolves.toEqual({});
    await expect(stores.due({ now: 50_000 })).resolves.toHaveLength(2);
    await stores.outbox.release('crm', 70_000);
    await expect(stores.sinks.state('crm')).resolves.toEqual({ retryAfter: 50_000 });
    await stores.outbox.markFailing('crm', 90_000);
    await stores.sinks.resume('crm', 71_000);
    await expect(stores.sinks.state('crm')).resolves.toEqual({});
  });

  it.each([
    [50_000, 40_000],
    [40_000, 50_000],
  ])('pauses until the latest requested time: %d, then %d', async (first, second) => {
    await stores.activated(1_000);
    await stores.activated(1_001);
    const [one, other] = await stores.claim();
    if (one === undefined || other === undefined) throw new Error('Nothing is due.');
    await stores.outbox.postpone(one, REFUSED, 4_000, { retryAfter: first });
    await stores.outbox.postpone(other, REFUSED, 4_000, { retryAfter: second });
    await expect(stores.sinks.state('crm')).resolves.toEqual({ retryAfter: 50_000 });
  });

  it('pauses a sink with a gone receiver, records that once, and keeps its events', async () => {
    await stores.activated(1_000);
    await stores.activated(1_001);
    for (const delivery of await stores.claim())
      await stores.outbox.postpone(delivery, GONE, 4_000, { isGone: true });
    await expect(stores.sinks.state('crm')).resolves.toEqual({
      paused: { at: 3_000, reason: 'receiver-gone' },
    });
    await expect(audited('SINK_PAUSED')).resolves.toEqual([
      { action: 'SINK_PAUSED', detail: { sink: 'crm', reason: 'receiver-gone' } },
    ]);
    await stores.activated(1_002);
    await expect(stores.due({ now: 1_000_000 })).resolves.toEqual([]);
    await expect(stores.due({ now: 1_000_000, isProbe: true })).resolves.toEqual([]);
    await expect(stores.outbox.isDue('crm', 1_000_000)).resolves.toBe(false);
    await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({ pending: 3, dead: 0 });
    await expect(stores.due({ sink: 'archive' })).resolves.toHaveLength(3);
  });

  it('pauses idempotently', async () => {
    await stores.sinks.pause('crm', 5_000);
    await stores.sinks.pause('crm', 6_000);
    await expect(stores.sinks.state('crm')).resolves.toEqual({ paused: { at: 5_000, reason: 'operator' } });
    await expect(audited('SINK_PAUSED')).resolves.toEqual([
      { action: 'SINK_PAUSED', detail: { sink: 'crm', reason: 'operator' } },
    ]);
    await stores.activated();
    await expect(stores.due()).resolves.toEqual([]);
  });

  it('records one pause for concurrent requests', async () => {
    await Promise.all(Array.from({ length: 10 }, () => stores.sinks.pause('crm', 5_000)));
    await expect(audited('SINK_PAUSED')).resolves.toHaveLength(1);
  });

  it("keeps an operator's pause when the receiver is gone later", async () => {
    await stores.activated();
    const inFlight = await claimOne(stores);
    await stores.sinks.pause('crm', 2_000);
    await stores.outbox.postpone(inFlight, GONE, 4_000, { isGone: true, retryAfter: 9_000 });
    await expect(stores.sinks.state('crm')).resolves.toEqual({
      paused: { at: 2_000, reason: 'operator' },
      retryAfter: 9_000,
    });
    await expect(audited('SINK_PAUSED')).resolves.toHaveLength(1);
  });

  it('settles deliveries that were in flight at the pause', async () => {
    await stores.activated();
    const inFlight = await claimOne(stores);
    await stores.sinks.pause('crm', 2_000);
    await stores.outbox.settle(inFlight, { at: 3_000, latencyMs: 5 });
    await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({ pending: 0 });
  });

  it('resumes with every waiting lane due immediately, and records it', async () => {
    await refuse({ isGone: true, retryAfter: 900_000 }, GONE);
    await stores.sinks.resume('crm', 3_500);
    await expect(stores.sinks.state('crm')).resolves.toEqual({});
    await expect(stores.due({ now: 3_500 })).resolves.toHaveLength(2);
    await expect(audited('SINK_PAUSED', 'SINK_RESUMED')).resolves.toEqual([
      { action: 'SINK_PAUSED', detail: { sink: 'crm', reason: 'receiver-gone' } },
      { action: 'SINK_RESUMED', detail: { sink: 'crm' } },
    ]);
    await stores.sinks.pause('crm', 4_000);
    await expect(audited('SINK_PAUSED')).resolves.toHaveLength(2);
  });

  it("ends a receiver's requested pause too, and records that for a running sink", async () => {
    await refuse({ retryAfter: 900_000 });
    await stores.sinks.resume('crm', 3_500);
    await stores.sinks.resume('crm', 3_600);
    await expect(stores.due({ now: 3_500 })).resolves.toHaveLength(2);
    await expect(audited('SINK_RESUMED')).resolves.toHaveLength(2);
    expect(stores.published.records.filter(({ action }) => action === 'SINK_RESUMED')).toEqual([
      expect.objectContaining({ before: 'running', after: 'running' }),
      expect.objectContaining({ before: 'running', after: 'running' }),
    ]);
  });

  it('records the result of a test', async () => {
    await stores.sinks.recordTest('crm', { at: 3_000, latencyMs: 5.4 });
    await stores.sinks.recordTest('crm', { ...REFUSED, error: 'status 503\u0000', status: 503 });
    expect(
      stores.published.records.map(({ action, target, outcome, detail }) => ({
        action,
        target,
        outcome,
        detail,
      })),
    ).toEqual([
      {
        action: 'SINK_TESTED',
        target: { type: 'sink', id: 'crm' },
        outcome: 'success',
        detail: { sink: 'crm', latency: 5 },
      },
      {
        action: 'SINK_TESTED',
        target: { type: 'sink', id: 'crm' },
        outcome: 'failure',
        detail: { sink: 'crm', latency: 5, status: 503, error: 'status 503\uFFFD' },
      },
    ]);
  });

  it('keeps its state after a restart', async () => {
    await refuse({ isGone: true, retryAfter: 900_000 }, GONE);
    const before = await stores.sinks.state('crm');
    await stores.close();
    stores = await TestStores.open(storage.config, ['crm', 'archive']);
    await expect(stores.sinks.state('crm')).resolves.toEqual(before);
    await expect(stores.due({ now: 1_000_000 })).resolves.toEqual([]);
  });
});
