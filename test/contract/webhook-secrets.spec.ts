import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import type { WalkPosition } from '../../src/privacy/ports/reencryption.store';
import { WebhookStore } from '../../src/webhooks/ports/webhook.store';
import {
  createStorage,
  DATA_KEY,
  DIALECTS,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  claimEvent,
  queueEvents,
  RECEIVER_URL,
  REFUSED,
  registerWebhook,
  SECRET,
  webhookRecords,
} from './queued-webhooks';

const OTHER_URL = 'https://other.example/canary-4713';
const OTHER_SECRET = 'whsec_Y2FuYXJ5LTQ3MTQ=';
const CANARIES = /canary|receiver\.example|other\.example|whsec_|Y2FuYXJ5/;

describe.each(DIALECTS)(`${WebhookStore.name}, its secrets, on %s`, (dialect) => {
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

  const rows = () => stores.connection.db.selectFrom('webhook').selectAll().execute();

  /** Opens the same storage with other keys. */
  async function reopenWith(...keys: readonly string[]): Promise<void> {
    const { databaseUrl, dataDir } = storage.config;
    const place = { DATA_DIR: dataDir, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) };
    await stores.close();
    stores = await TestStores.open(new StorageConfig({ ...place, DATA_KEY: [...keys] }));
  }

  it('encrypts URL and secrets, bound to their row', async () => {
    const [one, two] = [await registerWebhook(stores), await registerWebhook(stores)];
    await stores.webhooks.rotate(one, {}, (before) => [{ secret: OTHER_SECRET }, ...before], 2_000);
    await stores.webhooks.update(one, {}, { url: OTHER_URL }, 2_000);
    for (const row of await rows()) {
      expect(row.url).toMatch(/^enc:k1:[\w-]+$/);
      expect(row.secrets).toMatch(/^enc:k1:[\w-]+$/);
    }
    expect(JSON.stringify(await rows())).not.toMatch(CANARIES);

    const [first] = (await rows()).filter(({ id }) => id === one);
    await stores.connection.db
      .updateTable('webhook')
      .set({ secrets: first?.secrets ?? '' })
      .where('id', '=', two)
      .execute();
    await expect(stores.webhooks.find(two, {})).rejects.toThrow('cannot be read');
  });

  it('leaves nothing of them once the webhook is deleted', async () => {
    const id = await registerWebhook(stores, { description: 'canary' });
    await stores.webhooks.delete(id, {}, 2_000);
    await expect(rows()).resolves.toMatchObject([{ url: '', secrets: '', description: '' }]);
  });

  it('reads both after they were encrypted with another key, and does not touch deleted ones', async () => {
    const [id, gone] = [await activateWebhook(stores), await registerWebhook(stores)];
    await stores.webhooks.delete(gone, {}, 2_000);
    await queueEvents(stores, id, 'one');
    const key = newDataKey('k2');
    await reopenWith(key, DATA_KEY);
    let renewed = 0;
    let position: WalkPosition | undefined;
    do {
      const step = await stores.dataKeys.renew(1, position);
      expect(step.unreadable).toEqual([]);
      renewed += step.renewed;
      position = step.next;
    } while (position !== undefined);
    expect(renewed).toBe(2);
    await reopenWith(key);
    await expect(stores.webhooks.find(id, {})).resolves.toMatchObject({
      url: RECEIVER_URL,
      secrets: [{ secret: SECRET }],
    });
    await expect(claimEvent(stores, id)).resolves.toMatchObject({
      event: { target: { url: RECEIVER_URL, secrets: [{ secret: SECRET }] } },
    });
  });

  it('refuses a start without the key that only a webhook is encrypted with', async () => {
    await registerWebhook(stores);
    await expect(reopenWith(newDataKey('k2'))).rejects.toThrow(/DATA_KEY lacks the key k1/);
    stores = await TestStores.open(storage.config);
  });

  it('records every action of a caller, and none with a URL or a secret', async () => {
    const id = await registerWebhook(stores, { types: ['session.*', 'message.sent'], sessions: 'all' });
    await stores.webhooks.recordTest(id, RECEIVER_URL, { ...REFUSED, error: 'no connection\u0000' });
    await stores.webhooks.recordTest(id, RECEIVER_URL, ACCEPTED);
    await stores.webhooks.pause(id, {}, 2_000);
    await stores.webhooks.resume(id, {}, 2_000);
    await stores.webhooks.rotate(id, {}, () => [{ secret: OTHER_SECRET }], 2_000);
    await stores.webhooks.update(id, {}, { description: 'canary', sessions: 'own' }, 2_000);
    await stores.webhooks.update(id, {}, { url: OTHER_URL, types: ['session.*'] }, 2_000);
    await stores.webhooks.delete(id, {}, 2_000);

    expect(webhookRecords(stores)).toEqual([
      {
        action: 'WEBHOOK_CREATED',
        id,
        after: 'unverified',
        detail: { owner: 'billing', types: 'session.* message.sent', sessions: 'all' },
      },
      {
        action: 'WEBHOOK_TESTED',
        id,
        outcome: 'failure',
        before: 'unverified',
        after: 'unverified',
        detail: { latency: 6, status: 503, error: 'no connection\uFFFD' },
      },
      {
        action: 'WEBHOOK_TESTED',
        id,
        before: 'unverified',
        after: 'active',
        detail: { latency: 5, status: 204 },
      },
      { action: 'WEBHOOK_PAUSED', id, reason: 'caller', before: 'active', after: 'paused' },
      { action: 'WEBHOOK_RESUMED', id, before: 'paused', after: 'active' },
      { action: 'WEBHOOK_SECRET_ROTATED', id },
      {
        action: 'WEBHOOK_UPDATED',
        id,
        before: 'active',
        after: 'active',
        detail: { sessions: 'own', url: 'unchanged' },
      },
      {
        action: 'WEBHOOK_UPDATED',
        id,
        before: 'active',
        after: 'unverified',
        detail: { types: 'session.*', url: 'changed' },
      },
      { action: 'WEBHOOK_DELETED', id, before: 'unverified', after: 'deleted' },
    ]);
    expect(
      JSON.stringify(await stores.connection.db.selectFrom('audit_record').selectAll().execute()),
    ).not.toMatch(CANARIES);
  });
});
