import type { WebhookStatus } from '../../src/webhooks/domain/webhook';
import { WebhookStore } from '../../src/webhooks/ports/webhook.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  claimEvent,
  claimEvents,
  DAY_MS,
  queueEvents,
  RECEIVER_URL,
  REFUSED,
  registerWebhook,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookStore.name}, the status of a webhook, on %s`, (dialect) => {
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

  const make = (id: string, status: WebhookStatus) =>
    stores.connection.db.updateTable('webhook').set({ status }).where('id', '=', id).execute();
  const found = async (id: string) => {
    const webhook = await stores.webhooks.find(id, {});
    if (webhook === undefined) throw new Error('There is no such webhook.');
    return webhook;
  };
  const positionOf = async (id: string) =>
    (await stores.webhookQueue.subscriptions(['billing'])).find(({ webhookId }) => webhookId === id)
      ?.fromPosition;

  describe('pause and resume', () => {
    it('stop deliveries and keep events, until all that is postponed is due again', async () => {
      const id = await activateWebhook(stores);
      for (const conversation of ['one', 'two']) await queueEvents(stores, id, conversation);
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 4 * DAY_MS);
      await stores.webhookQueue.unclaim(id, 'relay-1');
      await expect(stores.webhooks.pause(id, {}, 5_000)).resolves.toMatchObject({
        status: 'paused',
        statusReason: 'caller',
        updatedAt: 5_000,
      });
      await queueEvents(stores, id, 'three');
      await expect(claimEvents(stores, id)).resolves.toEqual([]);

      const resumed = await stores.webhooks.resume(id, {}, 6_000);
      expect(resumed).toMatchObject({ status: 'active', updatedAt: 6_000 });
      expect(resumed).not.toHaveProperty('statusReason');
      expect(resumed).not.toHaveProperty('failingSince');
      await expect(claimEvents(stores, id, { now: 6_000 })).resolves.toHaveLength(3);
    });

    it.each([
      ['pause', 'unverified'],
      ['pause', 'paused'],
      ['pause', 'disabled'],
      ['resume', 'unverified'],
    ] as const)('change nothing by "%s" of a webhook that is %s', async (action, status) => {
      const id = await activateWebhook(stores);
      await queueEvents(stores, id, 'one');
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      await make(id, status);
      const [before, recorded] = [await found(id), stores.published.records.length];
      await expect(stores.webhooks[action](id, {}, 5_000)).resolves.toEqual(before);
      await expect(found(id)).resolves.toEqual(before);
      const queues = await stores.connection.db.selectFrom('webhook_queue').select('due_at').execute();
      expect(queues).toEqual([{ due_at: 90_000 }]);
      expect(stores.published.records).toHaveLength(recorded);
    });

    it('end a throttling of an active webhook', async () => {
      const id = await activateWebhook(stores);
      await queueEvents(stores, id, 'one');
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 4_000, {
        retryAfter: 90_000,
      });
      await expect(found(id)).resolves.toMatchObject({ retryAfter: 90_000, failingSince: 3_000 });
      await expect(claimEvents(stores, id, { now: 89_999 })).resolves.toEqual([]);
      await expect(stores.webhooks.resume(id, {}, 5_000)).resolves.not.toHaveProperty('retryAfter');
      await expect(claimEvents(stores, id)).resolves.toHaveLength(1);
    });

    it('record one pause for concurrent requests', async () => {
      const id = await activateWebhook(stores);
      await Promise.all(Array.from({ length: 8 }, () => stores.webhooks.pause(id, {}, 5_000)));
      expect(stores.published.records.filter(({ action }) => action === 'WEBHOOK_PAUSED')).toHaveLength(1);
    });

    it('start a disabled webhook again with the events from then on', async () => {
      const id = await activateWebhook(stores, { types: ['session.*'] });
      const before = await positionOf(id);
      await make(id, 'disabled');
      await expect(positionOf(id)).resolves.toBeUndefined();
      await stores.activated(2_000, { owner: 'billing' });
      const [missed] = await stores.feed.after(0, 10);
      await stores.webhooks.resume(id, {}, 5_000);
      expect(await positionOf(id)).toBeGreaterThan(before ?? 0);
      expect(await positionOf(id)).toBeGreaterThanOrEqual(missed?.position ?? 0);
    });

    it('leave the position of a paused webhook, since it missed nothing', async () => {
      const id = await activateWebhook(stores);
      const before = await positionOf(id);
      await stores.webhooks.pause(id, {}, 5_000);
      await stores.activated(2_000, { owner: 'billing' });
      await stores.feed.after(0, 10);
      await stores.webhooks.resume(id, {}, 6_000);
      await expect(positionOf(id)).resolves.toBe(before);
    });
  });

  describe('recordTest', () => {
    it('verifies an unverified webhook with the first accepted test, and only once', async () => {
      const id = await registerWebhook(stores);
      await stores.webhooks.recordTest(id, RECEIVER_URL, REFUSED);
      await expect(found(id)).resolves.toMatchObject({ status: 'unverified' });
      await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
      await stores.webhooks.recordTest(id, RECEIVER_URL, { ...ACCEPTED, at: 9_000 });
      await expect(found(id)).resolves.toMatchObject({
        status: 'active',
        verifiedAt: 3_000,
        updatedAt: 3_000,
      });
    });

    it('does not verify another URL than the one that accepted', async () => {
      const id = await registerWebhook(stores, { url: 'https://other.example/' });
      await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
      await expect(found(id)).resolves.toMatchObject({ status: 'unverified' });
    });

    it.each(['paused', 'disabled'] as const)('leaves one that is %s to itself', async (status) => {
      const id = await activateWebhook(stores);
      await make(id, status);
      await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
      await expect(found(id)).resolves.toMatchObject({ status });
    });

    it('records nothing for a deleted webhook', async () => {
      const id = await registerWebhook(stores);
      await stores.webhooks.delete(id, {}, 2_000);
      const recorded = stores.published.records.length;
      await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
      expect(stores.published.records).toHaveLength(recorded);
      await expect(stores.webhooks.find(id, {})).resolves.toBeUndefined();
    });

    it('subscribes to the events after it, also when no reader has numbered the feed before', async () => {
      await stores.activated(1_000, { owner: 'billing' });
      const id = await registerWebhook(stores);
      await stores.activated(1_100, { owner: 'billing' });
      await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
      const from = (await positionOf(id)) ?? 0;
      const { conversationId } = await stores.activated(4_000, { owner: 'billing' });
      const events = await stores.feed.after(from, 100);
      expect(events.length).toBeGreaterThan(0);
      expect(new Set(events.map((event) => event.conversationId))).toEqual(new Set([conversationId]));
    });
  });

  describe('delete', () => {
    it('ends everything at once for its caller and for deliveries', async () => {
      const id = await activateWebhook(stores);
      await queueEvents(stores, id, 'one', { count: 2 });
      const inFlight = await claimEvent(stores, id);
      await queueEvents(stores, id, 'two');
      await expect(stores.webhooks.delete(id, {}, 5_000)).resolves.toBe(true);
      await expect(stores.webhooks.delete(id, {}, 5_000)).resolves.toBe(false);
      await expect(stores.webhooks.find(id, {})).resolves.toBeUndefined();
      await expect(stores.webhooks.list({}, { limit: 10 })).resolves.toEqual([]);
      await expect(stores.webhookQueue.subscriptions(['billing'])).resolves.toEqual([]);
      await expect(stores.webhookQueue.due(10_000, 10)).resolves.toEqual([]);
      await expect(stores.webhookQueue.isDue(id, 10_000)).resolves.toBe(false);
      await stores.webhookQueue.settle(inFlight, ACCEPTED);
      await expect(claimEvents(stores, id)).resolves.toEqual([]);
      await expect(claimEvents(stores, id, { isProbe: true })).resolves.toEqual([]);
    });

    it('does not bring a webhook back by a late report on its receiver', async () => {
      const id = await activateWebhook(stores);
      await queueEvents(stores, id, 'one', { count: 2 });
      const inFlight = await claimEvent(stores, id);
      await stores.webhooks.delete(id, {}, 5_000);
      await expect(
        stores.webhookQueue.postpone(inFlight, { ...REFUSED, at: 9 * DAY_MS }, 4_000, { isGone: true }),
      ).resolves.toBe(false);
      const [row] = await stores.connection.db.selectFrom('webhook').selectAll().execute();
      expect(row).toMatchObject({ status: 'deleted', url: '', secrets: '', description: '' });
    });
  });
});
