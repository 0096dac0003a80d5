import { WebhookDeliveryStore } from '../../src/webhooks/ports/webhook-delivery.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  anEvent,
  claimEvent,
  claimEvents,
  deliverEvents,
  numbersOf,
  queueEvents,
  REFUSED,
  webhookRecords,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookDeliveryStore.name}, its replays, on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let id: string;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    id = await activateWebhook(stores);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const records = (action: string) =>
    webhookRecords(stores).filter((record) => 'action' in record && record.action === action);
  const queue = async () => {
    const rows = await stores.connection.db.selectFrom('webhook_queue').select(['due_at']).execute();
    return rows.map(({ due_at }) => due_at);
  };

  describe('retry', () => {
    it('makes a waiting delivery due, and leaves its attempts and its age', async () => {
      const [first] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      const signals = stores.webhookNotifications;
      await expect(stores.webhookDeliveries.retry(id, first ?? '', 9_000)).resolves.toBe(true);
      expect(stores.webhookNotifications).toBe(signals + 1);
      await expect(stores.webhookDeliveries.find(id, first ?? '')).resolves.toMatchObject({
        lastError: 'status 503',
        nextAttemptAt: 9_000,
      });
      const again = await deliverEvents(stores, id);
      expect(numbersOf(again)).toEqual([1, 2]);
      expect(again[0]).toMatchObject({ attempts: 1, queuedAt: 2_000, event: { id: first } });
      expect(records('WEBHOOK_DELIVERY_RETRIED')).toEqual([
        {
          action: 'WEBHOOK_DELIVERY_RETRIED',
          id,
          conversationId: 'one',
          detail: { eventId: first, sequence: 1 },
        },
      ]);
    });

    it('queues a dead delivery again, with a new age and in its place', async () => {
      const [first] = await queueEvents(stores, id, 'one', { count: 3 });
      const head = await claimEvent(stores, id);
      await stores.webhookQueue.bury(head, REFUSED);
      await stores.webhookDeliveries.retry(id, first ?? '', 9_500);
      await expect(stores.webhookDeliveries.find(id, first ?? '')).resolves.toEqual({
        webhookId: id,
        eventId: first,
        type: head.event.type,
        conversationId: 'one',
        sequence: 1,
        status: 'pending',
        attempts: 0,
        occurredAt: head.event.occurredAt,
        queuedAt: 9_500,
        nextAttemptAt: 9_500,
      });
      const handed = await deliverEvents(stores, id);
      expect(numbersOf(handed)).toEqual([1, 2, 3]);
      expect(handed[0]).toMatchObject({ event: head.event });
    });

    it('queues a delivered event again, and no other', async () => {
      const [first, second] = await queueEvents(stores, id, 'one', { count: 3 });
      await deliverEvents(stores, id);
      await stores.webhookDeliveries.retry(id, second ?? '', 9_500);
      expect(numbersOf(await deliverEvents(stores, id))).toEqual([2]);
      await expect(stores.webhookDeliveries.attempts(id, second ?? '')).resolves.toHaveLength(2);
      await expect(stores.webhookDeliveries.attempts(id, first ?? '')).resolves.toHaveLength(1);
      await expect(queue()).resolves.toEqual([null]);
    });

    it('does not let a delivery overtake the one before it', async () => {
      const [, second] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      await stores.webhookDeliveries.retry(id, second ?? '', 9_500);
      expect(numbersOf(await claimEvents(stores, id, { isProbe: true }))).toEqual([1]);
    });

    it('keeps what is queued for a webhook that is paused', async () => {
      const [first] = await queueEvents(stores, id, 'one');
      await deliverEvents(stores, id);
      await stores.webhooks.pause(id, {}, 9_000);
      await expect(stores.webhookDeliveries.retry(id, first ?? '', 9_500)).resolves.toBe(true);
      await expect(claimEvents(stores, id)).resolves.toEqual([]);
      await stores.webhooks.resume(id, {}, 9_600);
      await expect(claimEvents(stores, id)).resolves.toHaveLength(1);
    });

    it('reports an unknown delivery and one of another webhook, and writes nothing', async () => {
      const [first] = await queueEvents(stores, id, 'one');
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      const other = await activateWebhook(stores);
      const recorded = stores.published.records.length;
      const unknown = '00000000-0000-4000-8000-000000000000';
      await expect(stores.webhookDeliveries.retry(id, unknown, 10_000)).resolves.toBe(false);
      await expect(stores.webhookDeliveries.retry(other, first ?? '', 10_000)).resolves.toBe(false);
      await expect(queue()).resolves.toEqual([null]);
      expect(stores.published.records).toHaveLength(recorded);
    });
  });

  describe('replay', () => {
    it('sends a conversation again: the same events in the same order, and no other conversation', async () => {
      const other = await activateWebhook(stores);
      for (const webhook of [id, other])
        for (const name of ['one', 'two']) await queueEvents(stores, webhook, name, { count: 3 });
      await stores.webhookQueue.bury(await claimEvent(stores, id, { except: ['two'] }), REFUSED);
      for (const webhook of [id, other]) await deliverEvents(stores, webhook);
      const first = (await stores.webhookDeliveries.list(id, { conversationId: 'one' }, { limit: 10 })).map(
        ({ eventId, sequence }) => [eventId, sequence],
      );
      await expect(stores.webhookDeliveries.replay(id, { conversationId: 'one' }, 11_000)).resolves.toBe(3);
      const again = await deliverEvents(stores, id, 12_000);
      expect(numbersOf(again)).toEqual([1, 2, 3]);
      expect(again.map(({ event }) => [event.id, event.sequence]).sort()).toEqual([...first].sort());
      expect(again[0]).toMatchObject({ attempts: 0, queuedAt: 11_000 });
      await expect(deliverEvents(stores, other, 12_000)).resolves.toEqual([]);
      expect(records('WEBHOOK_DELIVERIES_REPLAYED')).toEqual([
        {
          action: 'WEBHOOK_DELIVERIES_REPLAYED',
          id,
          conversationId: 'one',
          detail: { replayed: 3 },
        },
      ]);
    });

    it('sends a span of time again, its end excluded, within one conversation or all', async () => {
      for (const [name, times] of [
        ['one', [1_000, 2_000, 3_000]],
        ['two', [2_000, 3_000, 4_000]],
      ] as const)
        await stores.webhookQueue.addOthers(
          times.map((occurredAt) => anEvent(id, name, { occurredAt })),
          5_000,
        );
      await deliverEvents(stores, id);
      const replay = async (selection: Parameters<WebhookDeliveryStore['replay']>[1]) => {
        await stores.webhookDeliveries.replay(id, selection, 11_000);
        const told = await deliverEvents(stores, id, 12_000);
        return told.map(({ event }) => `${event.conversationId} ${event.occurredAt}`).sort();
      };
      await expect(replay({ from: 2_000, to: 3_000 })).resolves.toEqual(['one 2000', 'two 2000']);
      await expect(replay({ from: 3_000, to: 5_000 })).resolves.toEqual(['one 3000', 'two 3000', 'two 4000']);
      await expect(replay({ from: 3_000, conversationId: 'one' })).resolves.toEqual(['one 3000']);
      await expect(replay({ to: 3_000, conversationId: 'two' })).resolves.toEqual(['two 2000']);
      await expect(replay({ from: 9_000, to: 9_001 })).resolves.toEqual([]);
    });

    it('leaves a conversation that waits to itself when none of its events is selected', async () => {
      await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      const selection = { conversationId: 'one', from: 50_000, to: 60_000 };
      await expect(stores.webhookDeliveries.replay(id, selection, 11_000)).resolves.toBe(0);
      await expect(claimEvents(stores, id, { now: 89_999 })).resolves.toEqual([]);
      await expect(stores.webhookDeliveries.replay(id, { conversationId: 'x' }, 11_000)).resolves.toBe(0);
    });

    it('makes pending events due, and counts them', async () => {
      await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      await expect(stores.webhookDeliveries.replay(id, { conversationId: 'one' }, 11_000)).resolves.toBe(2);
      const again = await deliverEvents(stores, id, 11_000);
      expect(again.map(({ attempts, queuedAt }) => [attempts, queuedAt])).toEqual([
        [0, 11_000],
        [1, 2_000],
      ]);
    });

    it('works in steps of whole conversations, and records each', async () => {
      const events = Array.from({ length: 800 }, (_, index) => anEvent(id, `c${index % 400}`));
      await stores.webhookQueue.addOthers(events, 5_000);
      await stores.connection.db
        .updateTable('webhook_delivery')
        .set({ status: 'delivered', settled_at: 6_000 })
        .execute();
      await stores.connection.db.updateTable('webhook_queue').set({ due_at: null }).execute();
      await expect(stores.webhookDeliveries.replay(id, { from: 0, to: 9_000 }, 11_000)).resolves.toBe(800);
      expect(records('WEBHOOK_DELIVERIES_REPLAYED')).toMatchObject([
        { detail: { replayed: 400, from: 0, to: 9_000 } },
        { detail: { replayed: 400, from: 0, to: 9_000 } },
      ]);
      const lastOf = new Map<string, number>();
      for (const { event } of await deliverEvents(stores, id, 12_000)) {
        expect(event.sequence).toBe((lastOf.get(event.conversationId) ?? 0) + 1);
        lastOf.set(event.conversationId, event.sequence);
      }
      expect(lastOf.size).toBe(400);
    });

    it('records that nothing was selected', async () => {
      await expect(stores.webhookDeliveries.replay(id, { from: 0, to: 9_000 }, 11_000)).resolves.toBe(0);
      expect(records('WEBHOOK_DELIVERIES_REPLAYED')).toMatchObject([{ detail: { replayed: 0 } }]);
    });
  });
});
