import type { Database } from '../../src/persistence/database/database';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { WebhookDeliveryStore } from '../../src/webhooks/ports/webhook-delivery.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { deliverAll, storedWithTwoEvents } from './queued-sessions';
import {
  activateWebhook,
  claimEvent,
  claimEvents,
  deliverEvents,
  numbersOf,
  queueEvents,
  REFUSED,
} from './queued-webhooks';

const LATER = 1e12;

describe.each(DIALECTS)(`${WebhookDeliveryStore.name}, its retention, on %s`, (dialect) => {
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

  const countOf = async (table: keyof Database): Promise<number> =>
    (await stores.connection.db.selectFrom(table).selectAll().execute()).length;
  const counts = async () => ({
    webhooks: await countOf('webhook'),
    queues: await countOf('webhook_queue'),
    deliveries: await countOf('webhook_delivery'),
    attempts: await countOf('webhook_attempt'),
  });
  const purge = (before = LATER, limit = 100) => stores.webhookDeliveries.purge(before, limit);

  it('removes deliveries that were settled before the limit, with their attempts', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    await stores.webhookQueue.bury(await claimEvent(stores, id), { ...REFUSED, at: 5_000 });
    await deliverEvents(stores, id, 5_000);
    await expect(purge(5_000)).resolves.toBe(0);
    await expect(counts()).resolves.toEqual({ webhooks: 1, queues: 1, deliveries: 2, attempts: 2 });
    await expect(purge(5_001)).resolves.toBe(2);
    await expect(counts()).resolves.toEqual({ webhooks: 1, queues: 1, deliveries: 0, attempts: 0 });
  });

  it('never removes a pending delivery, also one that was asked for again', async () => {
    const [first] = await queueEvents(stores, id, 'one', { count: 2 });
    await deliverEvents(stores, id, 5_000);
    await stores.webhookDeliveries.retry(id, first ?? '', 6_000);
    await queueEvents(stores, id, 'two');
    await expect(purge()).resolves.toBe(1);
    const kept = await deliverEvents(stores, id);
    expect(kept.map(({ event }) => `${event.conversationId} ${event.sequence}`).sort()).toEqual([
      'one 1',
      'two 1',
    ]);
  });

  it('removes at most one batch at a time, the longest settled first', async () => {
    for (let index = 0; index < 7; index += 1) {
      await queueEvents(stores, id, `c${index}`, { at: 2_000 });
      await deliverEvents(stores, id, 5_000 - index);
    }
    await expect(purge(LATER, 3)).resolves.toBe(3);
    const kept = await stores.webhookDeliveries.list(id, {}, { limit: 10 });
    expect(kept.map(({ settledAt }) => settledAt).sort()).toEqual([4_997, 4_998, 4_999, 5_000]);
    await expect(purge(LATER, 3)).resolves.toBe(3);
    await expect(purge(LATER, 3)).resolves.toBe(1);
  });

  it('removes a deleted webhook with its queues in batches, and nothing of others', async () => {
    const other = await activateWebhook(stores);
    for (const webhook of [id, other]) {
      await queueEvents(stores, webhook, 'one', { count: 3 });
      await queueEvents(stores, webhook, 'two', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, webhook), REFUSED, 90_000);
    }
    await stores.webhooks.delete(id, {}, 5_000);
    await expect(purge(0, 3)).resolves.toBe(3);
    await expect(counts()).resolves.toMatchObject({ webhooks: 2, deliveries: 7 });
    await expect(purge(0, 3)).resolves.toBe(2);
    await expect(counts()).resolves.toEqual({ webhooks: 1, queues: 2, deliveries: 5, attempts: 1 });
    await expect(purge(0, 3)).resolves.toBe(0);
    await expect(claimEvents(stores, other, { isProbe: true })).resolves.toHaveLength(2);
  });

  it('removes a deleted webhook that never had an event', async () => {
    await stores.webhooks.delete(id, {}, 5_000);
    await purge();
    await expect(counts()).resolves.toMatchObject({ webhooks: 0 });
  });

  it('removes the events of a session with it, also pending ones, and those of no other', async () => {
    const session = await storedWithTwoEvents(stores, 1_000, 2_000);
    const live = await stores.activated(1_000);
    await deliverAll(stores);
    for (const { conversationId } of [session, live]) {
      await queueEvents(stores, id, conversationId, { count: 2 });
      const except = conversationId === live.conversationId ? [session.conversationId] : [];
      await stores.webhookQueue.postpone(await claimEvent(stores, id, { except }), REFUSED, 4_000);
    }
    await expect(stores.archive.purge(LATER, 10)).resolves.toBe(1);
    await expect(counts()).resolves.toEqual({ webhooks: 1, queues: 1, deliveries: 2, attempts: 1 });
    const rest = await deliverEvents(stores, id);
    expect(rest.map(({ event }) => event.conversationId)).toEqual(Array(2).fill(live.conversationId));
    await expect(stores.webhookQueue.due(LATER, 10)).resolves.toEqual([]);
  });

  it('keeps no text of an erased guest, in deliveries of any status', async () => {
    const session = await storedWithTwoEvents(stores, 1_000, 2_000);
    const { conversationId } = session;
    const text = 'canary-4715';
    const message = {
      id: 'm1',
      direction: 'inbound',
      type: 'text',
      text,
      content: [],
      sentAt: '2027-01-15T08:00:00.000Z',
    } as const;
    await stores.messages.keep(conversationId, [{ message }]);
    const events = await stores.feed.after(0, 10);
    await stores.webhookQueue.addOthers(
      events.map(({ id: eventId, at }) => ({
        webhookId: id,
        id: eventId,
        conversationId,
        type: 'message.sent',
        occurredAt: at,
      })),
      2_000,
    );
    const told = await deliverEvents(stores, id);
    expect(told.map(({ event }) => event.data)).toContainEqual(message);
    await stores.guests.erase(guestRefOf(session.snapshot.guestToken), 5_000);
    const { db } = stores.connection;
    const rows = [
      ...(await db.selectFrom('webhook_delivery').selectAll().execute()),
      ...(await db.selectFrom('webhook_attempt').selectAll().execute()),
    ];
    expect(JSON.stringify(rows)).not.toContain(text);
    await stores.webhookDeliveries.replay(id, { conversationId }, 11_000);
    const again = [];
    for (let polls = 0; polls < 4; polls += 1) again.push(...(await deliverEvents(stores, id, 12_000)));
    expect(numbersOf(again)).toHaveLength(events.length - 1);
    expect(JSON.stringify(again)).not.toContain(text);
  });
});
