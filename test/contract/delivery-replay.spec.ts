import type { Delivery } from '../../src/sync/domain/delivery';
import { DeliveryAdminStore } from '../../src/sync/ports/delivery-admin.store';
import { writeBacklog } from '../../bench/support/backlog';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { claimOne, deliverAll, keyOf, sequencesOf, storedWithTwoEvents } from './queued-sessions';

const REFUSED = { at: 9_000, latencyMs: 5, error: 'refused' };

describe.each(DIALECTS)(`${DeliveryAdminStore.name}, its replays, on %s`, (dialect) => {
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

  const idsOf = (deliveries: readonly Delivery[]) => new Set(deliveries.map(({ event }) => event.id));
  const audited = async (action: string) =>
    (await stores.auditTrail()).filter((record) => record.action === action).map(({ detail }) => detail);

  describe('retry', () => {
    it('makes a waiting delivery due, and leaves its attempts and its age', async () => {
      const session = await storedWithTwoEvents(stores);
      const head = await claimOne(stores);
      await stores.outbox.postpone(head, REFUSED, 90_000);
      await expect(stores.ledger.retry(keyOf(head), 10_000)).resolves.toBe(true);
      const again = await deliverAll(stores);
      expect(sequencesOf(again, session)).toEqual([1, 2]);
      expect(again[0]).toMatchObject({ attempts: 1, queuedAt: 1_000, event: { id: head.event.id } });
      await expect(audited('DELIVERY_RETRIED')).resolves.toEqual([{ sink: 'crm', sequence: 1 }]);
    });

    it('queues a dead delivery again, with a new age and before its successors in the lane', async () => {
      const session = await storedWithTwoEvents(stores);
      const head = await claimOne(stores);
      await stores.outbox.bury(head, REFUSED);
      await stores.ledger.retry(keyOf(head), 9_500);
      const handed = await deliverAll(stores);
      expect(sequencesOf(handed, session)).toEqual([1, 2]);
      expect(handed[0]).toMatchObject({ attempts: 0, queuedAt: 9_500, event: { id: head.event.id } });
      await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({ dead: 0 });
    });

    it('queues a delivered event again, even within the millisecond in which it was queued, and no other', async () => {
      const session = await storedWithTwoEvents(stores);
      await deliverAll(stores);
      const [, first] = await stores.ledger.list({ sink: 'crm', limit: 2 });
      if (first === undefined) throw new Error('There is none.');
      await expect(stores.ledger.retry(keyOf(first), first.queuedAt)).resolves.toBe(true);
      const handed = await deliverAll(stores);
      expect(sequencesOf(handed, session)).toEqual([1]);
      await expect(stores.ledger.attempts(keyOf(first))).resolves.toHaveLength(2);
      await expect(deliverAll(stores, 'archive')).resolves.toHaveLength(2);
    });

    it('does not let a delivery overtake the head of its lane', async () => {
      await storedWithTwoEvents(stores);
      await stores.outbox.postpone(await claimOne(stores), REFUSED, 90_000);
      const [second] = await stores.ledger.list({ sink: 'crm', limit: 1 });
      if (second === undefined) throw new Error('There is none.');
      await stores.ledger.retry(keyOf(second), 10_000);
      await expect(stores.due()).resolves.toEqual([]);
    });

    it('reports an unknown delivery, and writes nothing', async () => {
      const unknown = { sink: 'crm', eventId: '00000000-0000-4000-8000-000000000000' };
      await expect(stores.ledger.retry(unknown, 10_000)).resolves.toBe(false);
      await expect(stores.auditTrail()).resolves.toEqual([]);
    });
  });

  describe('replay', () => {
    it('sends a conversation again: the same events in the same order, and no other conversation', async () => {
      const [session] = [await storedWithTwoEvents(stores), await storedWithTwoEvents(stores)];
      const first = await deliverAll(stores);
      const { conversationId } = session;
      await expect(stores.ledger.replay({ conversationId, sink: 'crm' }, 11_000)).resolves.toBe(2);
      const again = await deliverAll(stores, 'crm', 12_000);
      expect(sequencesOf(again, session)).toEqual([1, 2]);
      expect(again).toHaveLength(2);
      expect([...idsOf(again)].every((id) => idsOf(first).has(id))).toBe(true);
      expect(again[0]).toMatchObject({ attempts: 0, queuedAt: 11_000 });
      await expect(audited('DELIVERIES_REPLAYED')).resolves.toEqual([{ replayed: 2, sink: 'crm' }]);
    });

    it('sends a span of time again, its end excluded, to every sink or to one', async () => {
      for (const began of [1_000, 3_000, 5_000]) await storedWithTwoEvents(stores, began);
      await deliverAll(stores, 'crm');
      await deliverAll(stores, 'archive');
      await expect(stores.ledger.replay({ from: 2_000, to: 5_000 }, 11_000)).resolves.toBe(6);
      const told = await deliverAll(stores, 'crm', 12_000);
      expect(told.map(({ event }) => event.occurredAt).sort()).toEqual([2_000, 3_000, 4_000]);
      await expect(deliverAll(stores, 'archive', 12_000)).resolves.toHaveLength(3);
      await expect(stores.ledger.replay({ sink: 'archive', from: 5_000 }, 13_000)).resolves.toBe(2);
      await expect(deliverAll(stores, 'crm', 14_000)).resolves.toEqual([]);
      await expect(audited('DELIVERIES_REPLAYED')).resolves.toEqual([
        { replayed: 6, from: 2_000, to: 5_000 },
        { replayed: 2, sink: 'archive', from: 5_000 },
      ]);
    });

    it('makes pending deliveries due, and counts its changes', async () => {
      const session = await storedWithTwoEvents(stores);
      await stores.outbox.settle(await claimOne(stores), { at: 9_000, latencyMs: 5 });
      await stores.outbox.postpone(await claimOne(stores), REFUSED, 90_000);
      const { conversationId } = session;
      await expect(stores.ledger.replay({ conversationId, sink: 'crm' }, 11_000)).resolves.toBe(2);
      expect(sequencesOf(await deliverAll(stores, 'crm', 11_000), session)).toEqual([1, 2]);
      await expect(stores.ledger.replay({ conversationId, sink: 'archive' }, 12_000)).resolves.toBe(0);
    });

    it.each([
      ['equal', 5_000],
      ['decreasing', 4_000],
    ])('keeps the order of a lane whose events have %s times', async (_, ended) => {
      const session = await storedWithTwoEvents(stores, 5_000, ended);
      await deliverAll(stores);
      await stores.ledger.replay({ from: 4_000, to: 6_000, sink: 'crm' }, 11_000);
      expect(sequencesOf(await deliverAll(stores, 'crm', 12_000), session)).toEqual([1, 2]);
    });

    it('works in steps of whole lanes', async () => {
      const { connection } = stores;
      await writeBacklog(connection.db, dialect, { lanes: 600, eventsPerLane: 2, from: 1_000 });
      // The first event of each lane has a later time than all second events, as unsynchronized clocks can cause.
      await connection.db
        .updateTable('session_event')
        .set({ occurred_at: 9_000 })
        .where('sequence', '=', 1)
        .execute();
      await connection.db.updateTable('delivery').set({ status: 'delivered', settled_at: 9_000 }).execute();
      let delivered = 0;
      const replaying = stores.ledger.replay({ from: 0 }, 11_000);
      const lastOf = new Map<string, number>();
      const work = async () => {
        for (const { event } of await deliverAll(stores, 'crm', 12_000)) {
          delivered += 1;
          expect(event.sequence).toBe((lastOf.get(event.conversationId) ?? 0) + 1);
          lastOf.set(event.conversationId, event.sequence);
        }
      };
      await work();
      await expect(replaying).resolves.toBe(1_200);
      await work();
      expect(delivered).toBe(1_200);
      const records = (await audited('DELIVERIES_REPLAYED')) as { replayed: number }[];
      expect(records.length).toBeGreaterThan(1);
      expect(records.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(1_200);
    });

    it('leaves a relay its claimed deliveries, and repeats them only after a failure', async () => {
      const session = await storedWithTwoEvents(stores);
      const inHand = await claimOne(stores);
      const { conversationId } = session;
      await stores.ledger.replay({ conversationId, sink: 'crm' }, 11_000);
      await expect(stores.claim({ now: 11_000, except: [conversationId] })).resolves.toEqual([]);
      await stores.outbox.settle(inHand, { at: 11_500, latencyMs: 5 });
      expect(sequencesOf(await deliverAll(stores, 'crm', 12_000), session)).toEqual([2]);
    });

    it('returns 0 when no delivery matches', async () => {
      await expect(stores.ledger.replay({ conversationId: 'unknown' }, 11_000)).resolves.toBe(0);
      await expect(audited('DELIVERIES_REPLAYED')).resolves.toEqual([{ replayed: 0 }]);
    });
  });
});
