import { sql } from 'kysely';
import { type WebhookPosition, WebhookStore } from '../../src/webhooks/ports/webhook.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { activateWebhook, aWebhook, RECEIVER_URL, registerWebhook, SECRET } from './queued-webhooks';

const OTHERS = { owner: 'sales' };

describe.each(DIALECTS)(`${WebhookStore.name} on %s`, (dialect) => {
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

  const rows = () => stores.connection.db.selectFrom('webhook').selectAll().orderBy('id').execute();

  describe('create', () => {
    it('stores an unverified webhook with all of its settings', async () => {
      const { createdAt, ...webhook } = aWebhook({
        description: 'Bücher 📚 \u0001',
        types: ['session.*', 'message.received'],
        sessions: 'all',
        secrets: [{ secret: SECRET }, { secret: 'whsec_b2xk', expiresAt: 9_000 }],
      });
      await expect(stores.webhooks.create({ ...webhook, createdAt }, 1)).resolves.toBe(true);
      await expect(stores.webhooks.find(webhook.id, {})).resolves.toEqual({
        ...webhook,
        status: 'unverified',
        createdAt,
        updatedAt: createdAt,
      });
    });

    it('creates as many as an owner may have, however many calls there are at the same time', async () => {
      const other = dialect === 'postgres' ? TestStores.beside(storage.config) : undefined;
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? stores : (other ?? stores)).webhooks.create(aWebhook(), 5),
        ),
      );
      expect(outcomes.filter((isCreated) => isCreated)).toHaveLength(5);
      await expect(rows()).resolves.toHaveLength(5);
      expect(stores.published.records.length + (other?.published.records.length ?? 0)).toBe(5);
      await expect(stores.webhooks.create(aWebhook(OTHERS), 5)).resolves.toBe(true);
      await other?.close();
    });

    it('counts no deleted webhook', async () => {
      const id = await registerWebhook(stores);
      await expect(stores.webhooks.create(aWebhook(), 1)).resolves.toBe(false);
      await stores.webhooks.delete(id, {}, 2_000);
      await expect(stores.webhooks.create(aWebhook(), 1)).resolves.toBe(true);
    });
  });

  describe('a webhook of another owner', () => {
    it('is as unknown as a missing one, and stays as it is', async () => {
      const id = await activateWebhook(stores);
      const [before, recorded] = [await rows(), stores.published.records.length];
      for (const [unknown, scope] of [
        [id, OTHERS],
        ['00000000-0000-4000-8000-000000000000', {}],
      ] as const) {
        await expect(stores.webhooks.find(unknown, scope)).resolves.toBeUndefined();
        await expect(
          stores.webhooks.update(unknown, scope, { description: 'x' }, 2_000),
        ).resolves.toBeUndefined();
        await expect(stores.webhooks.rotate(unknown, scope, () => [], 2_000)).resolves.toBeUndefined();
        await expect(stores.webhooks.pause(unknown, scope, 2_000)).resolves.toBeUndefined();
        await expect(stores.webhooks.resume(unknown, scope, 2_000)).resolves.toBeUndefined();
        await expect(stores.webhooks.delete(unknown, scope, 2_000)).resolves.toBe(false);
      }
      await expect(stores.webhooks.list(OTHERS, { limit: 10 })).resolves.toEqual([]);
      await expect(rows()).resolves.toEqual(before);
      expect(stores.published.records).toHaveLength(recorded);
    });

    it('is found within its own scope and within that of all', async () => {
      const id = await registerWebhook(stores);
      for (const scope of [{ owner: 'billing' }, {}]) {
        await expect(stores.webhooks.find(id, scope)).resolves.toMatchObject({ id, owner: 'billing' });
        await expect(stores.webhooks.list(scope, { limit: 10 })).resolves.toMatchObject([{ id }]);
      }
    });
  });

  describe('list', () => {
    it('pages through the webhooks of an owner or of all, the last created first', async () => {
      for (let index = 0; index < 7; index += 1)
        await registerWebhook(stores, { createdAt: 1_000 + (index % 2), ...(index === 3 ? OTHERS : {}) });
      const all = await rows();
      const expected = (owner?: string) =>
        all
          .filter((row) => owner === undefined || row.owner === owner)
          .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1))
          .map(({ id }) => id);
      for (const owner of ['billing', 'sales', undefined]) {
        const seen: string[] = [];
        let after: WebhookPosition | undefined;
        do {
          const page = await stores.webhooks.list(owner === undefined ? {} : { owner }, {
            limit: 2,
            ...(after && { after }),
          });
          seen.push(...page.map(({ id }) => id));
          after = page.at(-1);
        } while (after !== undefined);
        expect(seen).toEqual(expected(owner));
      }
    });
  });

  describe('update', () => {
    it('changes what is given, and keeps the verification with the same URL', async () => {
      const id = await activateWebhook(stores);
      const before = await stores.webhooks.find(id, {});
      const changes = { url: RECEIVER_URL, description: 'new', types: ['message.*'] };
      await expect(stores.webhooks.update(id, {}, changes, 5_000)).resolves.toEqual({
        ...before,
        ...changes,
        updatedAt: 5_000,
      });
      await expect(stores.webhooks.update(id, {}, { sessions: 'all' }, 6_000)).resolves.toEqual({
        ...before,
        ...changes,
        sessions: 'all',
        updatedAt: 6_000,
      });
    });

    it.each(['active', 'paused', 'disabled', 'unverified'] as const)(
      'makes a webhook that was %s unverified with another URL, and forgets what was known of the receiver',
      async (status) => {
        const id = await activateWebhook(stores);
        const facts = {
          status,
          status_reason: 'caller',
          failing_since: 1,
          quiet_until: 9e12,
          failing_until: 9,
        };
        await stores.connection.db
          .updateTable('webhook')
          .set(facts as object)
          .execute();
        const updated = await stores.webhooks.update(id, {}, { url: 'https://other.example/' }, 5_000);
        expect(updated).toEqual({
          ...aWebhook(),
          id,
          url: 'https://other.example/',
          status: 'unverified',
          updatedAt: 5_000,
        });
      },
    );

    it('keeps both of two concurrent changes', async () => {
      const id = await registerWebhook(stores);
      await Promise.all([
        stores.webhooks.update(id, {}, { description: 'one' }, 5_000),
        stores.webhooks.update(id, {}, { types: ['session.failed'] }, 5_000),
        stores.webhooks.rotate(id, {}, (current) => [{ secret: 'whsec_b25l' }, ...current], 5_000),
        stores.webhooks.rotate(id, {}, (current) => [{ secret: 'whsec_dHdv' }, ...current], 5_000),
      ]);
      const webhook = await stores.webhooks.find(id, {});
      expect(webhook).toMatchObject({ description: 'one', types: ['session.failed'] });
      expect(webhook?.secrets.map(({ secret }) => secret).sort()).toEqual(
        ['whsec_b25l', 'whsec_dHdv', SECRET].sort(),
      );
    });
  });

  describe('rotate', () => {
    it('replaces the secrets by what is made of them, in any status', async () => {
      const id = await registerWebhook(stores);
      const rotated = await stores.webhooks.rotate(
        id,
        {},
        (current) => [
          { secret: 'whsec_bmV3' },
          ...current.map(({ secret }) => ({ secret, expiresAt: 9_000 })),
        ],
        5_000,
      );
      expect(rotated).toMatchObject({
        secrets: [{ secret: 'whsec_bmV3' }, { secret: SECRET, expiresAt: 9_000 }],
        updatedAt: 5_000,
        status: 'unverified',
      });
      await expect(stores.webhooks.find(id, {})).resolves.toEqual(rotated);
    });
  });

  it('changes nothing when the audit record cannot be written', async () => {
    const id = await activateWebhook(stores);
    const before = await rows();
    await sql`drop table audit_head`.execute(stores.connection.db);
    await expect(stores.webhooks.create(aWebhook(), 5)).rejects.toHaveProperty('message');
    await expect(stores.webhooks.pause(id, {}, 2_000)).rejects.toHaveProperty('message');
    await expect(stores.webhooks.delete(id, {}, 2_000)).rejects.toHaveProperty('message');
    await expect(rows()).resolves.toEqual(before);
  });
});
