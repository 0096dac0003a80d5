import { WebhookStore } from '../../src/webhooks/ports/webhook.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  activateWebhook,
  claimEvents,
  queueEvents,
  registerWebhook,
  webhookRecords,
} from './queued-webhooks';

describe.each(DIALECTS)(`${WebhookStore.name}, webhooks of callers that are gone, on %s`, (dialect) => {
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

  const recorded = (action: string) =>
    webhookRecords(stores).filter((record) => 'action' in record && record.action === action);

  it('returns each owner of a webhook once, and none of deleted ones only', async () => {
    await expect(stores.webhooks.owners()).resolves.toEqual([]);
    for (const owner of ['billing', 'billing', 'sales']) await registerWebhook(stores, { owner });
    await stores.webhooks.delete(await registerWebhook(stores, { owner: 'legal' }), {}, 2_000);
    expect([...(await stores.webhooks.owners())].sort()).toEqual(['billing', 'sales']);
  });

  it('disables the webhooks of the owner, records that once, and touches no others', async () => {
    const [id, other] = [await activateWebhook(stores), await activateWebhook(stores, { owner: 'sales' })];
    await queueEvents(stores, id, 'one');
    await Promise.all(Array.from({ length: 6 }, () => stores.webhooks.retire('billing', 5_000, 1_000)));
    await expect(stores.webhooks.find(id, {})).resolves.toMatchObject({
      status: 'disabled',
      statusReason: 'caller-gone',
      updatedAt: 5_000,
    });
    await expect(stores.webhooks.find(other, {})).resolves.toMatchObject({ status: 'active' });
    await expect(claimEvents(stores, id)).resolves.toEqual([]);
    expect(recorded('WEBHOOK_DISABLED')).toEqual([
      { action: 'WEBHOOK_DISABLED', id, reason: 'caller-gone', before: 'active', after: 'disabled' },
    ]);
  });

  it('deletes what was disabled for that before the given time, and nothing that was disabled otherwise', async () => {
    const id = await activateWebhook(stores);
    await stores.connection.db
      .updateTable('webhook')
      .set({ status: 'disabled', status_reason: 'failing', updated_at: 2_000 })
      .execute();
    await stores.webhooks.retire('billing', 5_000, 4_000);
    await expect(stores.webhooks.find(id, {})).resolves.toMatchObject({ statusReason: 'caller-gone' });
    await stores.webhooks.retire('billing', 6_000, 5_000);
    await expect(stores.webhooks.find(id, {})).resolves.toBeDefined();
    await stores.webhooks.retire('billing', 6_000, 5_001);
    await expect(stores.webhooks.find(id, {})).resolves.toBeUndefined();
    expect(recorded('WEBHOOK_DELETED')).toEqual([
      { action: 'WEBHOOK_DELETED', id, before: 'disabled', after: 'deleted' },
    ]);
  });

  it('resumes what was verified before, and leaves the rest unverified', async () => {
    const [verified, unverified] = [await activateWebhook(stores), await registerWebhook(stores)];
    await stores.webhooks.retire('billing', 5_000, 1_000);
    const resumed = await stores.webhooks.resume(verified, {}, 6_000);
    expect(resumed).toMatchObject({ status: 'active' });
    expect(resumed).not.toHaveProperty('statusReason');
    const left = await stores.webhooks.resume(unverified, {}, 6_000);
    expect(left).toMatchObject({ status: 'unverified' });
    expect(left).not.toHaveProperty('statusReason');
    expect(recorded('WEBHOOK_RESUMED')).toEqual([
      { action: 'WEBHOOK_RESUMED', id: verified, before: 'disabled', after: 'active' },
      { action: 'WEBHOOK_RESUMED', id: unverified, before: 'disabled', after: 'unverified' },
    ]);
  });
});
