import type { EndReason } from '../../src/session/domain/session-state';
import { SummaryStore } from '../../src/metrics/ports/summary.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

describe.each(DIALECTS)(`${SummaryStore.name} on %s`, (dialect) => {
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

  const endedBy = async (reason: EndReason) => {
    const session = await stores.activated();
    session.end(reason, 2_000);
    await stores.sessions.save(session);
    session.settleDisconnect('confirmed', 3_000);
    await stores.sessions.save(session);
  };

  it('is all zero at first', async () => {
    await expect(stores.summary.totals()).resolves.toEqual({
      sessionsStarted: 0,
      sessionsDisconnected: 0,
      endedByReason: {},
      deliveries: 0,
      deliveryLatencyMsSum: 0,
    });
  });

  it('counts each session once, by its end', async () => {
    await endedBy('requested');
    await endedBy('requested');
    await endedBy('heartbeat-lost');
    const gone = await stores.activated();
    gone.lose('gone', 2_000);
    await stores.sessions.save(gone);
    await stores.activated();
    await expect(stores.summary.totals()).resolves.toMatchObject({
      sessionsStarted: 5,
      sessionsDisconnected: 2,
      endedByReason: { requested: 2, 'heartbeat-lost': 1, gone: 1 },
    });
  });

  it('excludes sessions that never became active', async () => {
    await stores.reserved();
    const failed = await stores.reserved();
    failed.fail('open-failed', 2_000, { outcomeUnknown: true });
    await stores.sessions.save(failed);
    failed.settleDisconnect('confirmed', 3_000);
    await stores.sessions.save(failed);
    await expect(stores.summary.totals()).resolves.toMatchObject({
      sessionsStarted: 0,
      sessionsDisconnected: 0,
      endedByReason: {},
    });
  });

  it('counts every transition of one save', async () => {
    const session = await stores.reserved();
    session.activate(1_000);
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    await expect(stores.summary.totals()).resolves.toMatchObject({
      sessionsStarted: 1,
      sessionsDisconnected: 1,
      endedByReason: { gone: 1 },
    });
    await expect(stores.sessions.countLive()).resolves.toBe(0);
  });

  it('loses no count in concurrent saves', async () => {
    await Promise.all(Array.from({ length: 40 }, () => stores.activated()));
    const due = await stores.claim({ limit: 100 });
    await Promise.all(due.map((delivery) => stores.outbox.settle(delivery, { at: 2_000, latencyMs: 3 })));
    await expect(stores.summary.totals()).resolves.toMatchObject({
      sessionsStarted: 40,
      deliveries: 40,
      deliveryLatencyMsSum: 120,
    });
  });

  it('counts events that the CRM accepted, and those of no other sink', async () => {
    await stores.activated();
    for (const [sink, latencyMs] of [
      ['crm', 7],
      ['archive', 900],
    ] as const) {
      const [delivery] = await stores.claim({ sink });
      if (delivery !== undefined) await stores.outbox.settle(delivery, { at: 2_000, latencyMs });
    }
    await expect(stores.due({ sink: 'archive' })).resolves.toEqual([]);
    await expect(stores.summary.totals()).resolves.toMatchObject({ deliveries: 1, deliveryLatencyMsSum: 7 });
  });
});
