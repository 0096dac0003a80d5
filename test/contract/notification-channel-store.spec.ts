import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import {
  type NotificationChannel,
  NotificationChannelStore,
} from '../../src/genesys/ports/notification-channel.store';
import { FakeNotificationChannelStore } from '../../src/genesys/ports/notification-channel.store.fake';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const TTL_MS = 60_000;

function aChannel(slot: number, id: string, createdAt = 1_000): NotificationChannel {
  const connectUri = `wss://streaming.example/channels/${id}`;
  return { slot, id, connectUri, createdAt, expiresAt: createdAt + 86_400_000 };
}

/** A store, and a way to let all leases of it expire. */
interface Subject {
  readonly store: NotificationChannelStore;
  expire(): Promise<void>;
}

const subjects = [
  ...DIALECTS.map((dialect) => {
    let storage: TestStorage;
    let stores: TestStores;
    return {
      name: dialect,
      isShared: dialect === 'postgres',
      open: async (): Promise<Subject> => {
        storage = await createStorage(dialect);
        stores = await TestStores.open(storage.config);
        const { db } = stores.connection;
        const expire = async (): Promise<void> => {
          await db.updateTable('notification_owner').set({ leased_until: 1 }).execute();
        };
        return { store: stores.channels, expire };
      },
      close: async (): Promise<void> => {
        await stores.close();
        await storage.remove();
      },
    };
  }),
  {
    name: 'the fake',
    isShared: true,
    open: (): Promise<Subject> => {
      const store = new FakeNotificationChannelStore();
      const expire = (): Promise<void> => {
        store.now += TTL_MS;
        return Promise.resolve();
      };
      return Promise.resolve({ store, expire });
    },
    close: (): Promise<void> => Promise.resolve(),
  },
];

describe.each(subjects)(`${NotificationChannelStore.name} on $name`, ({ open, close, isShared }) => {
  let store: NotificationChannelStore;
  let expire: () => Promise<void>;

  beforeEach(async () => {
    ({ store, expire } = await open());
  });
  afterEach(close);

  it('gives the lease to one owner, which renews it', async () => {
    expect(await store.claim('a', TTL_MS)).toEqual({ liveAt: 0 });
    expect(await store.claim('a', TTL_MS)).toEqual({ liveAt: 0 });
  });

  it('gives the lease to another owner once it has expired', async () => {
    await store.claim('a', TTL_MS, 5_000);
    await expire();

    expect(await store.claim('b', TTL_MS)).toEqual({ liveAt: 5_000 });
    expect(await store.save('a', aChannel(0, 'late'))).toBe(false);
    expect(await store.channels()).toEqual([]);
  });

  it('gives a lease that was released to another owner at once', async () => {
    await store.claim('a', TTL_MS);
    await store.release('a');

    expect(await store.claim('b', TTL_MS)).toBeDefined();
    await store.release('a');
    expect(await store.save('b', aChannel(0, 'b'))).toBe(true);
  });

  it('gives the lease of a process that is gone to the next one only where replicas share the database', async () => {
    await store.claim('a', TTL_MS);

    expect((await store.claim('b', TTL_MS)) === undefined).toBe(isShared);
  });

  it('keeps the latest time that was live through renewals without one', async () => {
    await store.claim('a', TTL_MS, 7_000);

    expect(await store.claim('a', TTL_MS)).toEqual({ liveAt: 7_000 });
    expect(await store.claim('a', TTL_MS, 8_000)).toEqual({ liveAt: 8_000 });
    await store.release('b', 1);
    await store.release('a', 9_000);
    expect(await store.claim('b', TTL_MS)).toEqual({ liveAt: 9_000 });
  });

  it('stores one channel in each slot, for the next owner too', async () => {
    await store.claim('a', TTL_MS);
    await store.save('a', aChannel(3, 'third'));
    await store.save('a', aChannel(0, 'first'));
    await store.save('a', aChannel(0, 'second', 2_000));
    await store.release('a');
    await store.claim('b', TTL_MS);

    expect(await store.channels()).toEqual([aChannel(0, 'second', 2_000), aChannel(3, 'third')]);
  });

  it('deletes the channel in a slot for the owner alone', async () => {
    await store.claim('a', TTL_MS);
    await store.save('a', aChannel(0, 'first'));
    await store.save('a', aChannel(1, 'second'));
    await store.remove('b', 0);
    await store.remove('a', 1);

    expect(await store.channels()).toEqual([aChannel(0, 'first')]);
  });
});

describe.each(DIALECTS)(`stored channels on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    await stores.channels.claim('a', TTL_MS);
    await stores.channels.save('a', aChannel(0, 'channel-of-the-stream'));
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  it('are not readable in the database', async () => {
    const rows = await stores.connection.db.selectFrom('notification_channel').selectAll().execute();

    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('channel-of-the-stream');
  });

  it('are left out once their key is gone', async () => {
    await stores.close();
    const { databaseUrl, dataDir } = storage.config;
    const place = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
    const config = new StorageConfig({ ...place, DATA_DIR: dataDir, DATA_KEY: [newDataKey('k2')] });
    stores = await TestStores.open(config);

    expect(await stores.channels.channels()).toEqual([]);
  });
});
