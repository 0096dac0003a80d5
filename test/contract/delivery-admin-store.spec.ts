import type { DeliveryRecord } from '../../src/sync/domain/delivery';
import {
  DeliveryAdminStore,
  type DeliveryPosition,
  type DeliveryQuery,
} from '../../src/sync/ports/delivery-admin.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { deliverAll, keyOf, storedWithTwoEvents } from './queued-sessions';

describe.each(DIALECTS)(`${DeliveryAdminStore.name}, its queries, on %s`, (dialect) => {
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

  const positionOf = (record: DeliveryRecord): DeliveryPosition => ({
    ...keyOf(record),
    queuedAt: record.queuedAt,
  });
  /** Reads all pages; `between` runs after each page. */
  const walk = async (query: DeliveryQuery, between: () => Promise<unknown>): Promise<DeliveryRecord[]> => {
    const seen: DeliveryRecord[] = [];
    let page = await stores.ledger.list(query);
    while (page.length > 0) {
      seen.push(...page);
      await between();
      const last = seen.at(-1);
      page = last === undefined ? [] : await stores.ledger.list({ ...query, after: positionOf(last) });
    }
    return seen;
  };

  it('finds a delivery with all of its fields', async () => {
    await stores.activated(1_000);
    const [delivery] = await stores.claim();
    if (delivery === undefined) throw new Error('Nothing is due.');
    const key = keyOf(delivery);
    const { event, sink, queuedAt } = delivery;
    const plain = { event, sink, queuedAt };
    await expect(stores.ledger.find(key)).resolves.toEqual({
      ...delivery,
      status: 'pending',
      nextAttemptAt: 1_000,
    });
    await stores.outbox.postpone(delivery, { at: 3_000, latencyMs: 5, error: 'status 503' }, 4_000);
    const waiting = {
      ...plain,
      attempts: 1,
      status: 'pending',
      nextAttemptAt: 4_000,
      lastError: 'status 503',
    };
    await expect(stores.ledger.find(key)).resolves.toEqual(waiting);
    await deliverAll(stores, 'crm', 5_000);
    await expect(stores.ledger.find(key)).resolves.toEqual({
      ...plain,
      attempts: 1,
      status: 'delivered',
      nextAttemptAt: 4_000,
      settledAt: 5_000,
    });
  });

  it('finds a dead delivery with its error', async () => {
    await stores.activated(1_000);
    const [delivery] = await stores.claim();
    if (delivery === undefined) throw new Error('Nothing is due.');
    await stores.outbox.bury(delivery, { at: 3_000, latencyMs: 5, error: 'status 400', status: 400 });
    await expect(stores.ledger.find(keyOf(delivery))).resolves.toMatchObject({
      status: 'dead',
      attempts: 1,
      settledAt: 3_000,
      lastError: 'status 400',
    });
    await expect(stores.ledger.attempts(keyOf(delivery))).resolves.toEqual([
      { at: 3_000, latencyMs: 5, error: 'status 400', status: 400 },
    ]);
  });

  it('finds no delivery for an unknown id', async () => {
    const key = { sink: 'crm', eventId: '00000000-0000-4000-8000-000000000000' };
    await expect(stores.ledger.find(key)).resolves.toBeUndefined();
    await expect(stores.ledger.attempts(key)).resolves.toEqual([]);
    await expect(stores.ledger.list({ limit: 10 })).resolves.toEqual([]);
  });

  it('lists the latest queued first, with all filters combined', async () => {
    const [one, two] = [await storedWithTwoEvents(stores, 1_000), await storedWithTwoEvents(stores, 5_000)];
    await deliverAll(stores, 'crm', 1_500);
    const told = async (filter: Partial<DeliveryQuery>) =>
      (await stores.ledger.list({ limit: 100, ...filter })).map(
        ({ sink, queuedAt }) => `${sink} ${queuedAt}`,
      );

    await expect(told({ sink: 'crm' })).resolves.toEqual(['crm 6000', 'crm 5000', 'crm 2000', 'crm 1000']);
    await expect(told({ limit: 2 })).resolves.toEqual(['crm 6000', 'archive 6000']);
    await expect(told({ status: 'delivered' })).resolves.toEqual(['crm 1000']);
    await expect(told({ conversationId: one.conversationId, sink: 'archive' })).resolves.toEqual([
      'archive 2000',
      'archive 1000',
    ]);
    await expect(
      told({ conversationId: one.conversationId, status: 'pending', sink: 'crm' }),
    ).resolves.toEqual(['crm 2000']);
    await expect(told({ conversationId: two.conversationId, status: 'delivered' })).resolves.toEqual([]);
    await expect(told({ status: 'dead' })).resolves.toEqual([]);
    await expect(told({ sink: 'unknown' })).resolves.toEqual([]);
  });

  it('pages without gaps or repeats during concurrent writes', async () => {
    // Many deliveries have the same time, so that a page ends among equal times.
    for (let index = 0; index < 12; index += 1) await storedWithTwoEvents(stores, 1_000 + (index % 3), 3_000);
    const all = (await stores.ledger.list({ limit: 1_000 })).map(keyOf);
    expect(all).toHaveLength(48);
    let later = 20_000;
    const seen = await walk({ limit: 5 }, async () => {
      await storedWithTwoEvents(stores, (later += 10));
      const [head] = await stores.claim({ now: 4_000, limit: 1 });
      if (head !== undefined) await stores.outbox.settle(head, { at: 4_000, latencyMs: 1 });
    });
    expect(seen.map(keyOf)).toEqual(all);
  });

  it('pages within a filter', async () => {
    const session = await storedWithTwoEvents(stores, 1_000, 1_000);
    await storedWithTwoEvents(stores, 1_000, 1_000);
    const query = { conversationId: session.conversationId, status: 'pending', limit: 1 } as const;
    const seen = await walk(query, () => Promise.resolve());
    expect(new Set(seen.map((record) => `${record.sink} ${record.event.sequence}`))).toEqual(
      new Set(['crm 1', 'crm 2', 'archive 1', 'archive 2']),
    );
    expect(seen).toHaveLength(4);
  });
});
