import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { DataKeyError } from '../../src/persistence/persistence.errors';
import { ReencryptionStore, type WalkPosition } from '../../src/privacy/ports/reencryption.store';
import { guestRefOf } from '../../src/session/domain/guest-token';
import {
  createEmptyStorage,
  createStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { createFirstSchema, createSecondSchema } from './earlier-schemas';
import { storedWithTwoEvents } from './queued-sessions';

const [K1, K2, K3] = ['k1', 'k2', 'k3'].map(newDataKey) as [string, string, string];

describe.each(DIALECTS)(`${ReencryptionStore.name} on %s`, (dialect) => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createStorage(dialect);
  });

  afterEach(() => storage.remove());

  /** Opens the same storage with other keys. */
  function configWith(...keys: string[]): StorageConfig {
    const { databaseUrl, dataDir } = storage.config;
    const place = { DATA_DIR: dataDir, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) };
    return new StorageConfig({ ...place, DATA_KEY: keys });
  }

  async function within<T>(keys: readonly string[], work: (stores: TestStores) => Promise<T>): Promise<T> {
    const stores = await TestStores.open(configWith(...keys));
    try {
      return await work(stores);
    } finally {
      await stores.close();
    }
  }

  /** Re-encrypts all texts in batches of this size; returns the number of re-encrypted texts. */
  async function walk({ dataKeys }: TestStores, limit = 100): Promise<number> {
    let renewed = 0;
    let position: WalkPosition | undefined;
    do {
      const step = await dataKeys.renew(limit, position);
      renewed += step.renewed;
      position = step.next;
    } while (position !== undefined);
    return renewed;
  }

  /** Returns the start of every text that is or should be encrypted, which names its key. */
  async function headsOf({ connection: { db } }: TestStores): Promise<string[]> {
    const sessions = await db.selectFrom('session').select(['name', 'guest_token']).execute();
    const events = await db.selectFrom('session_event').select('metadata').execute();
    const texts = [...sessions.flatMap(Object.values<string>), ...events.map(({ metadata }) => metadata)];
    return texts.map((text) => /^enc:[^:]+|^\{|^$/.exec(text)?.[0] ?? text);
  }

  it('accepts the same keys again, in any order, and new ones beside them', async () => {
    await within([K1], (stores) => stores.activated());
    await within([K1], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual([]));
    await within([K2, K1], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual(['k1']));
    await within([K1, K2, K3], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual(['k2', 'k3']));
  });

  it('refuses another key under a used id, names the id, and changes nothing', async () => {
    await within([K1], (stores) => stores.activated());
    const other = newDataKey('k1');

    for (const keys of [[other], [K2, other]]) {
      const opening = DatabaseConnection.open(configWith(...keys));
      await expect(opening).rejects.toThrow(DataKeyError);
      await expect(opening).rejects.toThrow(/The key k1 of DATA_KEY is not the one/);
      await expect(opening).rejects.not.toThrow(other.slice(3));
    }
    await within([K1], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual([]));
  });

  it('opens for one of several processes that start concurrently with different keys under one id', async () => {
    const keys = Array.from({ length: 4 }, () => newDataKey('k1'));
    const openings = keys.map((key) => DatabaseConnection.open(configWith(key)));
    const opened = (await Promise.allSettled(openings)).flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value] : [],
    );
    await Promise.all(opened.map((connection) => connection.close()));

    expect(opened).toHaveLength(1);
  });

  it('refuses a start without a key that is in use, and names it', async () => {
    await within([K1], (stores) => stores.activated());

    await expect(DatabaseConnection.open(configWith(K2))).rejects.toThrow(/DATA_KEY lacks the key k1/);
    await within([K1], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual([]));
  });

  it('refuses a start without a key that only an event is encrypted with', async () => {
    await within([K1], (stores) => stores.activated(1_000, { disclosesGuestToken: true }));
    await within([K2, K1], async ({ connection: { db } }) => {
      await db.updateTable('session').set({ name: '', guest_token: '' }).execute();
    });

    await expect(DatabaseConnection.open(configWith(K2))).rejects.toThrow(/DATA_KEY lacks the key k1/);
  });

  it('starts without a key that is not in use', async () => {
    await within([K1], () => Promise.resolve());
    await within([K2], (stores) => stores.activated());
    await within([K2], (stores) => expect(stores.sessions.list({ limit: 10 })).resolves.toHaveLength(1));
  });

  it('re-encrypts everything with the current key, so that older ones can be removed', async () => {
    const facts = { name: 'Ada', disclosesGuestToken: true };
    const [old, older] = [await within([K1], (stores) => stores.activated(1_000, facts)), newSession()];
    await within([K2, K1], (stores) => stores.activated(1_000, facts));
    await within([K3, K2, K1], async (stores) => {
      await stores.activated(1_000, facts);
      expect(new Set(await headsOf(stores))).toEqual(new Set(['enc:k1', 'enc:k2', 'enc:k3']));

      await expect(walk(stores, 2)).resolves.toBe(6);
      expect(new Set(await headsOf(stores))).toEqual(new Set(['enc:k3']));
      await expect(walk(stores)).resolves.toBe(0);
      await stores.dataKeys.retire(await stores.dataKeys.outdated());
      await expect(stores.dataKeys.outdated()).resolves.toEqual([]);
    });
    await within([K3], async (stores) => {
      const { snapshot } = await stores.get(old.conversationId);
      expect(snapshot).toMatchObject({ name: 'Ada', guestToken: older.snapshot.guestToken, version: 1 });
      const told = (await stores.claim()).map(({ event }) => event.metadata['guestIdToken']);
      expect(told).toEqual([snapshot.guestToken, snapshot.guestToken, snapshot.guestToken]);
    });
    await expect(DatabaseConnection.open(configWith(newDataKey('k3')))).rejects.toThrow(DataKeyError);
  });

  it('re-encrypts in small batches and misses no text', async () => {
    await within([K1], async (stores) => {
      for (let count = 0; count < 7; count += 1) await storedWithTwoEvents(stores);
    });
    await within([K2, K1], async (stores) => {
      const { renewed, next } = await stores.dataKeys.renew(3);
      expect([renewed, next?.place]).toEqual([3, 0]);
      await expect(walk(stores, 3)).resolves.toBe(11);
      expect((await headsOf(stores)).filter((head) => head !== 'enc:k2')).toEqual(Array(14).fill('{'));
    });
  });

  it('does not restore erased texts, also those erased during a step', async () => {
    const session = await within([K1], (stores) => storedWithTwoEvents(stores));
    const guest = guestRefOf(session.snapshot.guestToken);
    await within([K2, K1], async (stores) => {
      await Promise.all([walk(stores), stores.guests.erase(guest, 5_000), walk(stores)]);
      expect(await headsOf(stores)).toEqual(['', '', '{', '{']);
      await expect(walk(stores)).resolves.toBe(0);
    });
  });

  it('tolerates a change of a session during the re-encryption of its guest', async () => {
    const { conversationId } = await within([K1], (stores) => stores.activated(1_000, { name: 'Ada' }));
    await within([K2, K1], async (stores) => {
      const stale = await stores.get(conversationId);
      await walk(stores);
      stale.lose('gone', 2_000);
      await stores.sessions.save(stale);

      expect((await headsOf(stores)).slice(0, 2)).toEqual(['enc:k2', 'enc:k2']);
      expect((await stores.get(conversationId)).snapshot).toMatchObject({
        name: 'Ada',
        state: 'disconnected',
      });
    });
  });

  it('encrypts plain texts of an earlier release, and finds their guests', async () => {
    const [session, other] = [newSession(1_000, { name: 'Ada', disclosesGuestToken: true }), newSession()];
    for (const one of [session, other]) one.activate(1_500);
    await storage.remove();
    storage = await createEmptyStorage(dialect);
    await createSecondSchema(storage.config, [session, other], ['crm']);

    await within([K1], async (stores) => {
      expect((await stores.get(session.conversationId)).snapshot).toMatchObject({ name: 'Ada' });
      const [row] = await stores.connection.db
        .selectFrom('session')
        .select('guest_ref')
        .where('conversation_id', '=', session.conversationId)
        .execute();
      expect(row).toEqual({ guest_ref: guestRefOf(session.snapshot.guestToken) });
      await expect(stores.dataKeys.outdated()).resolves.toEqual(['']);

      await expect(walk(stores)).resolves.toBe(5);
      expect((await headsOf(stores)).sort()).toEqual([...Array<string>(5).fill('enc:k1'), '{']);
      await stores.dataKeys.retire(['']);
      const { name, guestToken } = session.snapshot;
      expect((await stores.get(session.conversationId)).snapshot).toMatchObject({ name, guestToken });
    });
    await within([K1], (stores) => expect(stores.dataKeys.outdated()).resolves.toEqual([]));
  });

  it('sets the reference of every guest of an earlier release', async () => {
    const sessions = Array.from({ length: 1_201 }, (_, index) =>
      newSession(1_000, { guestToken: `jwt_${String(index)}` }),
    );
    await storage.remove();
    storage = await createEmptyStorage(dialect);
    await createFirstSchema(storage.config, sessions);

    await within([K1], async ({ connection: { db } }) => {
      const rows = await db.selectFrom('session').select(['conversation_id', 'guest_ref']).execute();
      const found = new Map(rows.map((row) => [row.conversation_id, row.guest_ref]));
      const expected = sessions.map(({ conversationId, snapshot }) => [
        conversationId,
        guestRefOf(snapshot.guestToken),
      ]);
      expect(found).toEqual(new Map(expected as [string, string][]));
    });
  });
});
