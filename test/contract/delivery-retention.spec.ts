import { DeliveryAdminStore, type RetentionLimits } from '../../src/sync/ports/delivery-admin.store';
import type { Database } from '../../src/persistence/database/database';
import { writeBacklog } from '../../bench/support/backlog';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { deliverAll, keyOf, sequencesOf, storedWithTwoEvents } from './queued-sessions';

describe.each(DIALECTS)(`${DeliveryAdminStore.name}, its retention, on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config, ['crm']);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const countOf = async (table: keyof Database): Promise<number> =>
    (await stores.connection.db.selectFrom(table).selectAll().execute()).length;
  const counts = async () => ({
    deliveries: await countOf('delivery'),
    attempts: await countOf('delivery_attempt'),
    events: await countOf('session_event'),
  });
  const purge = (limits: Partial<RetentionLimits>, limit = 500) =>
    stores.ledger.purge({ deliveredBefore: 0, deadBefore: 0, ...limits }, limit);
  const buryNext = async (at: number): Promise<void> => {
    const [head] = await stores.claim({ limit: 1 });
    if (head !== undefined) await stores.outbox.bury(head, { at, latencyMs: 5, error: 'refused' });
  };

  it('removes deliveries past the retention time, with their attempts and events', async () => {
    await storedWithTwoEvents(stores, 1_000);
    await deliverAll(stores, 'crm', 5_000);
    await expect(purge({ deliveredBefore: 5_000 })).resolves.toBe(0);
    await expect(counts()).resolves.toEqual({ deliveries: 2, attempts: 2, events: 2 });
    await expect(purge({ deliveredBefore: 5_001 })).resolves.toBe(2);
    await expect(counts()).resolves.toEqual({ deliveries: 0, attempts: 0, events: 0 });
  });

  it('keeps dead deliveries longer than delivered ones', async () => {
    await storedWithTwoEvents(stores, 1_000);
    await buryNext(3_000);
    await deliverAll(stores, 'crm', 3_000);
    await purge({ deliveredBefore: 9_000, deadBefore: 3_000 });
    const kept = await stores.ledger.list({ limit: 10 });
    expect(kept.map(({ status, event }) => `${status} ${event.sequence}`)).toEqual(['dead 1']);
    await expect(counts()).resolves.toEqual({ deliveries: 1, attempts: 1, events: 1 });
    await purge({ deliveredBefore: 9_000, deadBefore: 3_001 });
    await expect(counts()).resolves.toEqual({ deliveries: 0, attempts: 0, events: 0 });
  });

  it('never removes a pending delivery or its event', async () => {
    await storedWithTwoEvents(stores, 1_000);
    const [head] = await stores.claim({ limit: 1 });
    if (head === undefined) throw new Error('Nothing is due.');
    await stores.outbox.postpone(head, { at: 3_000, latencyMs: 5, error: 'refused' }, 4_000);
    await expect(purge({ deliveredBefore: 1e12, deadBefore: 1e12 })).resolves.toBe(0);
    await expect(counts()).resolves.toEqual({ deliveries: 2, attempts: 1, events: 2 });
  });

  it('keeps replayed deliveries', async () => {
    await stores.activated(1_000);
    const [delivered] = await deliverAll(stores, 'crm', 3_000);
    if (delivered === undefined) throw new Error('Nothing was due.');
    await stores.ledger.retry(keyOf(delivered), 4_000);
    await purge({ deliveredBefore: 1e12 });
    await expect(stores.ledger.find(keyOf(delivered))).resolves.toHaveProperty('status', 'pending');
  });

  it('keeps an event that is pending for another sink', async () => {
    await stores.close();
    stores = await TestStores.open(storage.config, ['crm', 'archive']);
    await stores.activated(1_000);
    await deliverAll(stores, 'crm', 3_000);
    await purge({ deliveredBefore: 1e12 });
    await expect(counts()).resolves.toEqual({ deliveries: 1, attempts: 0, events: 1 });
    await expect(stores.due({ sink: 'archive' })).resolves.toMatchObject([{ event: { state: 'connected' } }]);
  });

  it('removes at most one batch, the oldest first, and returns whether there may be more', async () => {
    const { db } = stores.connection;
    await writeBacklog(db, dialect, { lanes: 600, eventsPerLane: 2, from: 1_000 });
    await db
      .updateTable('delivery')
      .set((eb) => ({ status: 'delivered', settled_at: eb.ref('queued_at') }))
      .execute();
    await expect(purge({ deliveredBefore: 9_000 })).resolves.toBe(500);
    await expect(countOf('delivery')).resolves.toBe(700);
    const [oldest] = await db
      .selectFrom('delivery')
      .select('settled_at')
      .orderBy('settled_at')
      .limit(1)
      .execute();
    expect(oldest?.settled_at).toBeGreaterThan(1_200);
    await expect(purge({ deliveredBefore: 9_000 })).resolves.toBe(500);
    await expect(purge({ deliveredBefore: 9_000 })).resolves.toBeLessThan(500);
    await expect(counts()).resolves.toMatchObject({ deliveries: 0, events: 0 });
  });

  it('keeps numbering later events after the removed ones', async () => {
    const session = await stores.activated(1_000);
    await deliverAll(stores, 'crm', 3_000);
    await purge({ deliveredBefore: 9_000 });
    await expect(counts()).resolves.toMatchObject({ deliveries: 0, events: 0 });
    session.lose('gone', 9_500);
    await stores.sessions.save(session);
    expect(sequencesOf(await deliverAll(stores), session)).toEqual([2]);
  });
});
