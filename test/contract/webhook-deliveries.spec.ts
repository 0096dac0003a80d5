import {
  type WebhookDeliveryFilter,
  type WebhookDeliveryRecord,
  WebhookDeliveryStore,
} from '../../src/webhooks/ports/webhook-delivery.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  anEvent,
  claimEvent,
  deliverEvents,
  queueEvents,
  REFUSED,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookDeliveryStore.name}, its queries, on %s`, (dialect) => {
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

  const list = (filter: WebhookDeliveryFilter = {}, limit = 100) =>
    stores.webhookDeliveries.list(id, filter, { limit });
  /** Reads all pages; `between` runs after each page. */
  const walk = async (filter: WebhookDeliveryFilter, limit: number, between: () => Promise<unknown>) => {
    const seen: WebhookDeliveryRecord[] = [];
    let page = await list(filter, limit);
    while (page.length > 0) {
      seen.push(...page);
      await between();
      const after = seen.at(-1);
      page = await stores.webhookDeliveries.list(id, filter, { limit, ...(after && { after }) });
    }
    return seen;
  };

  it('finds a delivery with all of its fields', async () => {
    const event = anEvent(id, 'one', { type: 'session.connected', occurredAt: 1_900 });
    await stores.webhookQueue.addOthers([event], 2_000);
    const known = {
      webhookId: id,
      eventId: event.id,
      type: 'session.connected',
      conversationId: 'one',
      sequence: 1,
      occurredAt: 1_900,
      queuedAt: 2_000,
    };
    const found = () => stores.webhookDeliveries.find(id, event.id);
    await expect(found()).resolves.toEqual({
      ...known,
      status: 'pending',
      attempts: 0,
      nextAttemptAt: 2_000,
    });
    await expect(list({ status: 'failing' })).resolves.toEqual([]);
    await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 4_000);
    await expect(list({ status: 'failing' })).resolves.toHaveLength(1);
    await expect(found()).resolves.toEqual({
      ...known,
      status: 'pending',
      attempts: 1,
      nextAttemptAt: 4_000,
      lastError: 'status 503',
    });
    await deliverEvents(stores, id, 5_000);
    await expect(found()).resolves.toEqual({
      ...known,
      status: 'delivered',
      attempts: 1,
      settledAt: 5_000,
    });
    await expect(stores.webhookDeliveries.attempts(id, event.id)).resolves.toEqual([
      { at: 3_000, latencyMs: 6, status: 503, error: 'status 503' },
      { at: 5_000, latencyMs: 5, status: 204 },
    ]);
  });

  it('finds nothing for an unknown id, or of another webhook', async () => {
    const other = await activateWebhook(stores);
    const [event] = await queueEvents(stores, id, 'one');
    await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    for (const [webhook, eventId] of [
      [id, '00000000-0000-4000-8000-000000000000'],
      [other, event ?? ''],
    ] as const) {
      await expect(stores.webhookDeliveries.find(webhook, eventId)).resolves.toBeUndefined();
      await expect(stores.webhookDeliveries.attempts(webhook, eventId)).resolves.toEqual([]);
    }
    await expect(stores.webhookDeliveries.list(other, {}, { limit: 10 })).resolves.toEqual([]);
  });

  it('tells the time of the next attempt for the next event of each conversation only', async () => {
    await queueEvents(stores, id, 'one', { count: 3 });
    await queueEvents(stores, id, 'two');
    const next = async () =>
      (await list())
        .filter(({ nextAttemptAt }) => nextAttemptAt !== undefined)
        .map((record) => [record.conversationId, record.sequence, record.nextAttemptAt])
        .sort();
    await expect(next()).resolves.toEqual([
      ['one', 1, 2_000],
      ['two', 1, 2_000],
    ]);
    await stores.webhookQueue.settle(await claimEvent(stores, id, { except: ['two'] }), ACCEPTED);
    await stores.webhookQueue.postpone(await claimEvent(stores, id, { except: ['two'] }), REFUSED, 9_000);
    await expect(next()).resolves.toEqual([
      ['one', 2, 9_000],
      ['two', 1, 2_000],
    ]);
  });

  it('lists the last queued first, with all filters combined', async () => {
    await queueEvents(stores, id, 'one', { at: 2_000 });
    await queueEvents(stores, id, 'one', { at: 3_000 });
    await queueEvents(stores, id, 'two', { at: 4_000 });
    await stores.webhookQueue.settle(await claimEvent(stores, id, { except: ['two'] }), ACCEPTED);
    await stores.webhookQueue.bury(await claimEvent(stores, id, { except: ['one'] }), REFUSED);
    const told = async (filter: WebhookDeliveryFilter, limit?: number) =>
      (await list(filter, limit)).map(({ conversationId, queuedAt }) => `${conversationId} ${queuedAt}`);
    await expect(told({})).resolves.toEqual(['two 4000', 'one 3000', 'one 2000']);
    await expect(told({}, 2)).resolves.toEqual(['two 4000', 'one 3000']);
    await expect(told({ conversationId: 'one' })).resolves.toEqual(['one 3000', 'one 2000']);
    await expect(told({ status: 'dead' })).resolves.toEqual(['two 4000']);
    await expect(told({ status: 'pending' })).resolves.toEqual(['one 3000']);
    await expect(told({ status: 'delivered', conversationId: 'one' })).resolves.toEqual(['one 2000']);
    await expect(told({ status: 'delivered', conversationId: 'two' })).resolves.toEqual([]);
    await expect(told({ conversationId: 'unknown' })).resolves.toEqual([]);
  });

  it('pages without gaps or repeats during concurrent writes', async () => {
    // Many deliveries have the same time, so that a page ends among equal times.
    for (let index = 0; index < 12; index += 1)
      await queueEvents(stores, id, `c${index}`, { count: 3, at: 2_000 + (index % 3) });
    const all = (await list()).map(({ eventId }) => eventId);
    expect(all).toHaveLength(36);
    let later = 20_000;
    const seen = await walk({}, 5, async () => {
      await queueEvents(stores, id, 'later', { at: (later += 10) });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
    });
    expect(seen.map(({ eventId }) => eventId)).toEqual(all);
    const filtered = await walk({ status: 'pending', conversationId: 'c7' }, 1, () => Promise.resolve());
    expect(filtered.length).toBeGreaterThan(0);
    expect(new Set(filtered.map(({ conversationId }) => conversationId))).toEqual(new Set(['c7']));
  });
});
