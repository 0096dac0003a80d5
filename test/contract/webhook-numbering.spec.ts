import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  activateWebhook,
  anEvent,
  claimEvents,
  deliverEvents,
  numbersOf,
  queueEvents,
  registerWebhook,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookQueue.name}, its feed and numbers, on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const deliveries = () =>
    stores.connection.db
      .selectFrom('webhook_delivery')
      .selectAll()
      .orderBy('webhook_id')
      .orderBy('conversation_id')
      .orderBy('sequence')
      .execute();
  /** Two replicas where the database allows for them. */
  const withTwo = async (work: (replicas: readonly [TestStores, TestStores]) => Promise<void>) => {
    const other = dialect === 'postgres' ? TestStores.beside(storage.config) : undefined;
    await work([stores, other ?? stores]);
    await other?.close();
  };

  describe('position', () => {
    it('is unknown without a webhook, and that of the feed when the first one is created', async () => {
      await expect(stores.webhookQueue.position()).resolves.toBeUndefined();
      await stores.activated();
      const latest = await stores.feed.latest();
      expect(latest).toBeGreaterThan(0);
      const id = await registerWebhook(stores);
      await expect(stores.webhookQueue.position()).resolves.toBe(latest);
      await stores.webhooks.delete(id, {}, 2_000);
      await expect(stores.webhookQueue.position()).resolves.toBeUndefined();
    });

    it('skips a feed that nothing has numbered', async () => {
      await stores.activated();
      await registerWebhook(stores);
      await expect(stores.webhookQueue.position()).resolves.toBe(await stores.feed.latest());
    });

    it('stays when another webhook is created', async () => {
      await registerWebhook(stores);
      const position = await stores.webhookQueue.position();
      await stores.activated();
      await stores.feed.latest();
      await registerWebhook(stores);
      await expect(stores.webhookQueue.position()).resolves.toBe(position);
    });
  });

  describe('subscriptions', () => {
    it('are those of the owners and those for all sessions, active or paused', async () => {
      const own = await activateWebhook(stores, { types: ['message.*', 'session.failed'] });
      const all = await activateWebhook(stores, { owner: 'sales', sessions: 'all' });
      const paused = await activateWebhook(stores, { owner: 'legal' });
      await stores.webhooks.pause(paused, {}, 2_000);
      await registerWebhook(stores);
      const gone = await activateWebhook(stores);
      await stores.webhooks.delete(gone, {}, 2_000);
      const disabled = await activateWebhook(stores);
      await stores.connection.db
        .updateTable('webhook')
        .set({ status: 'disabled' })
        .where('id', '=', disabled)
        .execute();

      const found = async (...owners: string[]) =>
        (await stores.webhookQueue.subscriptions(owners)).map(({ webhookId }) => webhookId).sort();
      await expect(found('billing')).resolves.toEqual([own, all].sort());
      await expect(found('billing', 'legal', 'unknown')).resolves.toEqual([own, all, paused].sort());
      await expect(found('unknown')).resolves.toEqual([all]);
      await expect(found()).resolves.toEqual([all]);
      await expect(stores.webhookQueue.subscriptions(['billing'])).resolves.toContainEqual({
        webhookId: own,
        owner: 'billing',
        sessions: 'own',
        types: ['message.*', 'session.failed'],
        fromPosition: 0,
      });
    });
  });

  describe('add', () => {
    it('queues events with what they are about, moves the position and signals', async () => {
      const id = await activateWebhook(stores);
      const event = anEvent(id, 'one', { data: { a: 1 } });
      await expect(stores.webhookQueue.add({ from: 0, to: 7, deliveries: [event] }, 2_000)).resolves.toBe(
        true,
      );
      expect(stores.webhookNotifications).toBe(1);
      await expect(stores.webhookQueue.position()).resolves.toBe(7);
      const [delivery] = await claimEvents(stores, id, { now: 2_000 });
      const { id: eventId, type, occurredAt, data } = event;
      expect(delivery).toMatchObject({
        sink: id,
        attempts: 0,
        queuedAt: 2_000,
        event: { id: eventId, conversationId: 'one', sequence: 1, type, occurredAt, data },
      });
    });

    it('moves the position without events, and signals nothing', async () => {
      await activateWebhook(stores);
      await expect(stores.webhookQueue.add({ from: 0, to: 7, deliveries: [] }, 2_000)).resolves.toBe(true);
      await expect(stores.webhookQueue.position()).resolves.toBe(7);
      await expect(stores.webhookQueue.add({ from: 0, to: 9, deliveries: [] }, 2_000)).resolves.toBe(false);
      await expect(stores.webhookQueue.position()).resolves.toBe(7);
      await stores.webhookQueue.addOthers([], 2_000);
      expect(stores.webhookNotifications).toBe(0);
    });

    it('queues nothing when another replica has moved the position', async () => {
      const id = await activateWebhook(stores);
      await stores.webhookQueue.add({ from: 0, to: 7, deliveries: [] }, 2_000);
      const late = { from: 0, to: 5, deliveries: [anEvent(id, 'one')] };
      await expect(stores.webhookQueue.add(late, 2_000)).resolves.toBe(false);
      await expect(deliveries()).resolves.toEqual([]);
      await expect(stores.webhookQueue.due(10_000, 10)).resolves.toEqual([]);
    });

    it('queues each event once for however many replicas read the feed at the same time', async () => {
      const id = await activateWebhook(stores);
      await withTwo(async (replicas) => {
        for (let from = 0; from < 100; from += 10) {
          const events = Array.from({ length: 10 }, () => anEvent(id, 'one'));
          const asked = Array.from({ length: 6 }, (_, index) =>
            replicas[index % 2 === 0 ? 0 : 1].webhookQueue.add(
              { from, to: from + 10, deliveries: events },
              2_000,
            ),
          );
          expect((await Promise.all(asked)).filter((isQueued) => isQueued)).toHaveLength(1);
        }
      });
      const rows = await deliveries();
      expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      await expect(stores.webhookQueue.position()).resolves.toBe(100);
    });
  });

  describe('numbers', () => {
    it('begin with 1 in each conversation of each webhook, in the order given', async () => {
      const [a, b] = [await activateWebhook(stores), await activateWebhook(stores)];
      const events = [
        anEvent(a, 'one'),
        anEvent(b, 'one'),
        anEvent(a, 'two'),
        anEvent(a, 'one'),
        anEvent(b, 'one'),
        anEvent(a, 'one'),
      ];
      await stores.webhookQueue.addOthers(events, 2_000);
      const rows = new Map((await deliveries()).map((row) => [row.event_id, row.sequence]));
      expect(events.map(({ id }) => rows.get(id))).toEqual([1, 1, 1, 2, 2, 3]);
      await queueEvents(stores, a, 'one');
      expect(numbersOf(await deliverEvents(stores, a)).sort()).toEqual([1, 1, 2, 3, 4]);
    });

    it('continue after events that were settled, given up or purged', async () => {
      const id = await activateWebhook(stores);
      await queueEvents(stores, id, 'one', { count: 2 });
      await deliverEvents(stores, id);
      await stores.webhookDeliveries.purge(90_000, 100);
      await expect(deliveries()).resolves.toEqual([]);
      await queueEvents(stores, id, 'one');
      expect(numbersOf(await deliverEvents(stores, id))).toEqual([3]);
    });

    it('have no gap after a transaction that failed', async () => {
      const id = await activateWebhook(stores);
      const event = anEvent(id, 'one');
      await stores.webhookQueue.addOthers([event], 2_000);
      await expect(stores.webhookQueue.addOthers([anEvent(id, 'one'), event], 2_000)).rejects.toThrow();
      await queueEvents(stores, id, 'one');
      expect(numbersOf(await deliverEvents(stores, id))).toEqual([1, 2]);
    });

    it('have no gaps and no repeats when transactions queue events of the same conversations', async () => {
      const webhooks = [await activateWebhook(stores), await activateWebhook(stores)];
      const conversations = ['one', 'two', 'three'];
      await withTwo(async (replicas) => {
        const asked = Array.from({ length: 40 }, (_, index) => {
          // Each in another order: without an order of the locks they would deadlock.
          const events = webhooks.flatMap((id) => conversations.map((name) => anEvent(id, name)));
          const turned = [...events.slice(index % 6), ...events.slice(0, index % 6)];
          return replicas[index % 2 === 0 ? 0 : 1].webhookQueue.addOthers(turned, 2_000);
        });
        await Promise.all(asked);
      });
      const rows = await deliveries();
      for (const id of webhooks) {
        for (const name of conversations) {
          const numbers = rows
            .filter((row) => row.webhook_id === id && row.conversation_id === name)
            .map(({ sequence }) => sequence);
          expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
        }
      }
    });

    it('are given to more events in one transaction than a statement takes', async () => {
      const id = await activateWebhook(stores);
      const events = Array.from({ length: 1_500 }, (_, index) => anEvent(id, `c${index % 700}`));
      await stores.webhookQueue.addOthers(events, 2_000);
      const rows = new Map((await deliveries()).map((row) => [row.event_id, row.sequence]));
      expect(events.map((event) => rows.get(event.id))).toEqual(
        events.map((_, index) => Math.floor(index / 700) + 1),
      );
    });
  });
});
