import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  claimEvent,
  claimEvents,
  deliverEvents,
  numbersOf,
  queueEvents,
  REFUSED,
  registerWebhook,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookQueue.name} on %s`, (dialect) => {
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

  const attemptsOf = (eventId: string) => stores.webhookDeliveries.attempts(id, eventId);
  /** Claims that leave nothing claimed. */
  const due = async (given: Parameters<typeof claimEvents>[2] = {}) => {
    const found = await claimEvents(stores, id, { relay: 'onlooker', ...given });
    await stores.webhookQueue.unclaim(id, 'onlooker');
    return found;
  };
  const conversationsOf = (found: Awaited<ReturnType<typeof due>>) =>
    found.map(({ event }) => event.conversationId);

  describe('claim', () => {
    it('gives only the head of each conversation, the longest overdue first, up to the limit', async () => {
      await queueEvents(stores, id, 'one', { count: 3, at: 2_002 });
      await queueEvents(stores, id, 'two', { count: 2, at: 2_001 });
      await queueEvents(stores, id, 'three', { at: 2_003 });
      const all = await due();
      expect(numbersOf(all)).toEqual([1, 1, 1]);
      expect(new Set(conversationsOf(all))).toEqual(new Set(['one', 'two', 'three']));
      expect(conversationsOf(await due({ limit: 1 }))).toEqual(['two']);
      expect(conversationsOf(await due({ limit: 2 })).sort()).toEqual(['one', 'two']);
      await expect(due({ now: 2_000 })).resolves.toEqual([]);
    });

    it('gives nothing of another webhook', async () => {
      await queueEvents(stores, await activateWebhook(stores), 'one');
      await expect(due()).resolves.toEqual([]);
      await expect(due({ isProbe: true })).resolves.toEqual([]);
    });

    it('leaves out the conversations in flight, however many', async () => {
      for (const name of ['one', 'two', 'three']) await queueEvents(stores, id, name);
      expect(conversationsOf(await due({ except: ['one'] })).sort()).toEqual(['three', 'two']);
      expect(conversationsOf(await due({ except: ['one', 'two', 'x'] }))).toEqual(['three']);
      expect(conversationsOf(await due({ except: ['two', 'three'], isProbe: true }))).toEqual(['one']);
      await expect(due({ except: ['one', 'two', 'three'] })).resolves.toEqual([]);
    });

    it('probes with a conversation that waits, and prefers one that was never refused', async () => {
      for (const name of ['one', 'two']) {
        await queueEvents(stores, id, name);
        await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      }
      await expect(due()).resolves.toEqual([]);
      await expect(due({ isProbe: true })).resolves.toHaveLength(2);
      await queueEvents(stores, id, 'three', { at: 99_000 });
      expect(conversationsOf(await due({ isProbe: true, limit: 1 }))).toEqual(['three']);
    });

    it('probes with an event that was asked for again rather than with one that was refused', async () => {
      const [early] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 40_000);
      await queueEvents(stores, id, 'two');
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 20_000);
      await stores.webhookDeliveries.retry(id, early ?? '', 30_000);
      expect(conversationsOf(await due({ isProbe: true, limit: 1 }))).toEqual(['one']);
    });

    it.each(['unverified', 'paused', 'disabled', 'deleted'] as const)(
      'gives nothing of a webhook that is %s, and nothing is due',
      async (status) => {
        await queueEvents(stores, id, 'one');
        await stores.connection.db.updateTable('webhook').set({ status }).execute();
        await expect(due()).resolves.toEqual([]);
        await expect(due({ isProbe: true })).resolves.toEqual([]);
        await expect(stores.webhookQueue.isDue(id, 10_000)).resolves.toBe(false);
        await expect(stores.webhookQueue.due(10_000, 10)).resolves.toEqual([]);
      },
    );

    it('gives nothing of a webhook that is throttled until its time is over', async () => {
      await queueEvents(stores, id, 'one');
      await queueEvents(stores, id, 'two');
      const other = await activateWebhook(stores);
      await queueEvents(stores, other, 'one');
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 4_000, {
        retryAfter: 50_000,
      });
      await expect(due({ now: 49_999 })).resolves.toEqual([]);
      await expect(due({ now: 49_999, isProbe: true })).resolves.toEqual([]);
      await expect(stores.webhookQueue.isDue(id, 49_999)).resolves.toBe(false);
      await expect(stores.webhookQueue.due(49_999, 10)).resolves.toEqual([other]);
      await expect(due({ now: 50_000 })).resolves.toHaveLength(2);
      await expect(stores.webhookQueue.isDue(id, 50_000)).resolves.toBe(true);
    });

    it.each([
      [50_000, 40_000],
      [40_000, 50_000],
    ])('obeys the latest time that a receiver asked for: %d, then %d', async (first, second) => {
      await queueEvents(stores, id, 'one');
      await queueEvents(stores, id, 'two');
      const [one, two] = await claimEvents(stores, id);
      if (one === undefined || two === undefined) throw new Error('Nothing is due.');
      await stores.webhookQueue.postpone(one, REFUSED, 4_000, { retryAfter: first });
      await stores.webhookQueue.postpone(two, REFUSED, 4_000, { retryAfter: second });
      await expect(stores.webhooks.find(id, {})).resolves.toMatchObject({ retryAfter: 50_000 });
    });
  });

  describe('due', () => {
    it('names the webhooks with events that are due, each once, up to the limit', async () => {
      const others = [await activateWebhook(stores), await activateWebhook(stores)];
      await activateWebhook(stores);
      await registerWebhook(stores);
      for (const webhook of [id, ...others])
        for (const name of ['one', 'two']) await queueEvents(stores, webhook, name, { at: 5_000 });
      expect([...(await stores.webhookQueue.due(5_000, 10))].sort()).toEqual([id, ...others].sort());
      await expect(stores.webhookQueue.due(4_999, 10)).resolves.toEqual([]);
      await expect(stores.webhookQueue.due(5_000, 2)).resolves.toHaveLength(2);
      await deliverEvents(stores, id);
      expect([...(await stores.webhookQueue.due(5_000, 10))].sort()).toEqual([...others].sort());
    });
  });

  describe('settle', () => {
    it('continues with the next event, and records the attempt once', async () => {
      const [first] = await queueEvents(stores, id, 'one', { count: 2 });
      const delivery = await claimEvent(stores, id);
      await stores.webhookQueue.settle(delivery, ACCEPTED);
      await stores.webhookQueue.settle(delivery, ACCEPTED);
      await stores.webhookQueue.bury(delivery, REFUSED);
      await expect(stores.webhookQueue.postpone(delivery, REFUSED, 4_000)).resolves.toBe(false);
      await expect(attemptsOf(first ?? '')).resolves.toEqual([{ at: 3_000, latencyMs: 5, status: 204 }]);
      await expect(stores.webhookDeliveries.find(id, first ?? '')).resolves.toMatchObject({
        status: 'delivered',
        settledAt: 3_000,
        attempts: 0,
      });
      expect(numbersOf(await deliverEvents(stores, id))).toEqual([2]);
      await expect(stores.webhookQueue.isDue(id, 1e12)).resolves.toBe(false);
    });

    it('continues at once after events that had waited', async () => {
      await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
      const probe = await claimEvent(stores, id, { isProbe: true });
      await stores.webhookQueue.settle(probe, { ...ACCEPTED, at: 10_500 });
      expect(numbersOf(await due({ now: 10_500 }))).toEqual([2]);
    });
  });

  describe('postpone', () => {
    it('makes the conversation wait, and no other', async () => {
      const [first] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 60_000);
      await queueEvents(stores, id, 'two');
      await queueEvents(stores, id, 'one');
      expect(conversationsOf(await due({ now: 59_999 }))).toEqual(['two']);
      const waiting = (await due({ now: 60_000 })).find(({ event }) => event.conversationId === 'one');
      expect(waiting).toMatchObject({ attempts: 1, event: { id: first, sequence: 1 } });
      await expect(attemptsOf(first ?? '')).resolves.toEqual([{ ...REFUSED, latencyMs: 6 }]);
    });

    it('counts one failure once, also when it is reported again', async () => {
      await queueEvents(stores, id, 'one');
      const delivery = await claimEvent(stores, id);
      await stores.webhookQueue.postpone(delivery, REFUSED, 4_000);
      await stores.webhookQueue.postpone(delivery, REFUSED, 90_000);
      await expect(claimEvent(stores, id)).resolves.toMatchObject({ attempts: 1 });
      await expect(attemptsOf(delivery.event.id)).resolves.toHaveLength(1);
    });

    it('stores what PostgreSQL refuses in a text', async () => {
      await queueEvents(stores, id, 'one');
      const error = `null \u0000 ${'x'.repeat(1_000)}`;
      const delivery = await claimEvent(stores, id);
      await stores.webhookQueue.postpone(delivery, { at: 3_000, latencyMs: 5, error }, 4_000);
      const [attempt] = await attemptsOf(delivery.event.id);
      expect(attempt?.error).toBe(`null \uFFFD ${'x'.repeat(493)}`);
    });
  });

  describe('bury', () => {
    it('gives the event up, and continues with the next', async () => {
      const [first] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.bury(await claimEvent(stores, id), REFUSED);
      await expect(stores.webhookDeliveries.find(id, first ?? '')).resolves.toMatchObject({
        status: 'dead',
        settledAt: 3_000,
        attempts: 1,
        lastError: 'status 503',
      });
      expect(numbersOf(await deliverEvents(stores, id))).toEqual([2]);
    });
  });

  describe('release', () => {
    it('makes the postponed events of the webhook due, and no others', async () => {
      const other = await activateWebhook(stores);
      for (const webhook of [id, other]) {
        await queueEvents(stores, webhook, 'one');
        await stores.webhookQueue.postpone(await claimEvent(stores, webhook), REFUSED, 90_000);
      }
      await stores.webhookQueue.markFailing(id, 95_000);
      await stores.webhookQueue.release(id, 20_000);
      await expect(stores.webhookQueue.due(20_000, 10)).resolves.toEqual([id]);
      await expect(due({ now: 19_999 })).resolves.toEqual([]);
    });
  });
});
