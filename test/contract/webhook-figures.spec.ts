import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  claimEvent,
  queueEvents,
  REFUSED,
  registerWebhook,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookQueue.name}, its figures, on %s`, (dialect) => {
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

  it('count what is pending, blocked and dead, by webhook and over all', async () => {
    await expect(stores.webhookQueue.backlog(id)).resolves.toEqual({
      pending: 0,
      dead: 0,
      blockedConversations: 0,
    });
    await queueEvents(stores, id, 'one', { count: 2, at: 2_005 });
    await queueEvents(stores, id, 'two', { count: 2, at: 2_004 });
    await queueEvents(stores, id, 'three', { at: 2_003 });
    const other = await activateWebhook(stores);
    await queueEvents(stores, other, 'one', { at: 1_700 });
    await registerWebhook(stores);
    await stores.webhooks.delete(await registerWebhook(stores), {}, 2_000);
    await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    await stores.webhookQueue.bury(await claimEvent(stores, id), REFUSED);
    await stores.webhookQueue.postpone(await claimEvent(stores, id, { except: ['two'] }), REFUSED, 90_000);
    await expect(stores.webhookQueue.backlog(id)).resolves.toEqual({
      pending: 3,
      dead: 1,
      blockedConversations: 1,
      oldestAt: 2_004,
    });
    await stores.webhooks.pause(other, {}, 2_000);
    await expect(stores.webhookQueue.totals()).resolves.toEqual({
      webhooks: { unverified: 1, active: 1, paused: 1, disabled: 0 },
      pending: 4,
      dead: 1,
      oldestAt: 2_004,
    });
  });

  it('count a conversation whose failed event waits behind one that was asked for again', async () => {
    const [early] = await queueEvents(stores, id, 'one', { count: 2 });
    await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 40_000);
    const blocked = async () => (await stores.webhookQueue.backlog(id)).blockedConversations;
    await expect(blocked()).resolves.toBe(1);
    await stores.webhookDeliveries.retry(id, early ?? '', 10_000);
    await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    await expect(blocked()).resolves.toBe(1);
    await expect(claimEvent(stores, id)).resolves.toMatchObject({ attempts: 1, event: { sequence: 2 } });
  });

  it('do not count a conversation whose next event was never refused', async () => {
    const [early] = await queueEvents(stores, id, 'one', { count: 2 });
    await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    const inFlight = await claimEvent(stores, id);
    await stores.webhookDeliveries.retry(id, early ?? '', 10_000);
    await stores.webhookQueue.postpone(inFlight, REFUSED, 40_000);
    await expect(stores.webhookQueue.backlog(id)).resolves.toMatchObject({
      pending: 2,
      blockedConversations: 0,
    });
    await expect(claimEvent(stores, id, { now: 40_000 })).resolves.toMatchObject({
      attempts: 0,
      event: { sequence: 1 },
    });
  });

  it('count nothing of a deleted webhook', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    await stores.webhookQueue.bury(await claimEvent(stores, id), REFUSED);
    await stores.webhooks.delete(id, {}, 5_000);
    await expect(stores.webhookQueue.totals()).resolves.toEqual({
      webhooks: { unverified: 0, active: 0, paused: 0, disabled: 0 },
      pending: 0,
      dead: 0,
    });
  });
});
