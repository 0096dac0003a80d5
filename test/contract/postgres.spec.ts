import { once } from 'node:events';
import { createServer } from 'node:net';
import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import { StorageConfig } from '../../src/config/storage.config';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import {
  createEmptyStorage,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence-harness';
import { administrate } from '../support/postgres';
import { PostgresServer } from '../support/postgres-server';
import { until } from '../support/until';

let storage: TestStorage;

afterEach(async () => {
  await storage.remove();
});

describe(`${DatabaseConnection.name} on a server`, () => {
  beforeEach(async () => {
    storage = await createEmptyStorage('postgres');
  });

  const url = () => storage.config.databaseUrl ?? '';
  const terminate = (which: string) =>
    administrate(
      url(),
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and ${which}`,
    );

  it('supports several processes that start concurrently', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => TestStores.open(storage.config)));
    const [first = await TestStores.open(storage.config)] = all;
    const session = await first.activated();

    for (const stores of all)
      await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
    await Promise.all(all.map((stores) => stores.close()));
  });

  it('recovers from the loss of its connections', async () => {
    const stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    await terminate('true');
    await until(() =>
      stores.connection.check().then(
        () => true,
        () => false,
      ),
    );
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
    await stores.close();
  });

  it('fails only the transaction of a broken connection', async () => {
    const stores = await TestStores.open(storage.config);
    const broken = stores.unitOfWork.run(async ({ db }) => {
      await db.updateTable('counter').set({ value: 5 }).execute();
      await terminate(`state = 'idle in transaction'`);
      await db.updateTable('counter').set({ value: 6 }).execute();
    });
    await expect(broken).rejects.toThrow(StorageUnavailableError);
    await expect(stores.sessions.countLive()).resolves.toBe(0);
    await stores.close();
  });

  it('retries deadlocked transactions, so that both commit', async () => {
    const stores = await TestStores.open(storage.config);
    const [a, b] = [await stores.activated(), await stores.activated()];
    const meeting = new Set<string>();
    const crossing = (first: string, second: string) =>
      stores.unitOfWork.run(async ({ db }) => {
        const touch = (id: string) =>
          db
            .updateTable('session')
            .set((eb) => ({ disconnect_attempts: eb('disconnect_attempts', '+', 1) }))
            .where('conversation_id', '=', id)
            .execute();
        await touch(first);
        meeting.add(first);
        await until(() => meeting.size === 2);
        await touch(second);
      });
    await Promise.all([
      crossing(a.conversationId, b.conversationId),
      crossing(b.conversationId, a.conversationId),
    ]);
    expect((await stores.get(a.conversationId)).snapshot.disconnectAttempts).toBe(2);
    await stores.close();
  });

  it('sheds work within about a second when every connection is busy', async () => {
    const stores = await TestStores.open(storage.config);
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const unitOfWork = new UnitOfWork(stores.connection);
    const busy = Array.from({ length: 10 }, () => unitOfWork.run(() => finished));
    const asked = performance.now();
    await expect(stores.sessions.find('any')).rejects.toThrow(StorageUnavailableError);
    expect(performance.now() - asked).toBeLessThan(5_000);
    finish();
    await Promise.all(busy);
    await expect(stores.sessions.find('any')).resolves.toBeUndefined();
    await stores.close();
  });

  it("resolves the server's name with the process's resolver, and tries each address", async () => {
    const named = new URL(url());
    named.hostname = 'db.example';
    const asked: string[] = [];
    const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const resolve = (hostname: string): Promise<typeof addresses> => {
      asked.push(hostname);
      return Promise.resolve(addresses);
    };
    const config = Object.assign(Object.create(storage.config) as StorageConfig, { databaseUrl: named.href });
    const connection = await DatabaseConnection.open(config, resolve);

    await expect(connection.check()).resolves.toBeUndefined();
    expect(new Set(asked)).toEqual(new Set(['db.example']));
    await connection.close();
  });

  it('names the database that cannot be opened and the reason, without its password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    closed.close();
    const opening = DatabaseConnection.open(
      new StorageConfig({
        DATABASE_URL: `postgres://user:secret@127.0.0.1:${port ?? 1}/db`,
        DATA_DIR: './data',
      }),
    );
    await expect(opening).rejects.toThrow(/Cannot open the database of DATABASE_URL: .*ECONNREFUSED/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});

describe(`${DatabaseConnection.name} on a server that goes away`, () => {
  let server: PostgresServer;

  beforeEach(async () => {
    server = await PostgresServer.start();
    storage = await createEmptyStorage('postgres', server.url);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('reports the storage as unavailable within about a second, and recovers by itself', async () => {
    const stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    await server.halt();
    const asked = performance.now();
    await expect(stores.sessions.find(session.conversationId)).rejects.toThrow(StorageUnavailableError);
    await expect(stores.sessions.reserve(newSession(), limits(10))).rejects.toThrow(StorageUnavailableError);
    await expect(stores.connection.check()).rejects.toThrow(StorageUnavailableError);
    expect(performance.now() - asked).toBeLessThan(10_000);

    await server.resume();
    await until(() =>
      stores.connection.check().then(
        () => true,
        () => false,
      ),
    );
    session.end('requested', 2_000);
    await stores.sessions.save(session);
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'terminating');
    await stores.close();
  });
});
