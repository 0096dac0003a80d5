import { once } from 'node:events';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.error';
import { UnitOfWork } from '../../src/persistence/unit-of-work';
import { StorageConfig } from '../../src/config/storage.config';
import { DatabaseConnection } from '../../src/persistence/database.connection';
import { DatabaseInUseError } from '../../src/persistence/persistence.errors';
import { LOCK_KEY } from '../../src/persistence/postgres.lock';
import {
  createStorage,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence.harness';
import { administrate } from '../support/postgres';
import { PostgresServer } from '../support/postgres.server';
import { until } from '../support/until';

let storage: TestStorage;

afterEach(async () => {
  await storage.remove();
});

describe(`${DatabaseConnection.name} on a server`, () => {
  beforeEach(async () => {
    storage = await createStorage('postgres');
  });

  const url = () => storage.config.databaseUrl ?? '';
  const terminate = (which: string) =>
    administrate(
      url(),
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and ${which}`,
    );

  /** The server's processes that hold the lock, or wait for it. */
  const lockers = async (granted: boolean) => {
    const rows = await administrate(
      url(),
      `select l.pid from pg_locks l join pg_database d on d.oid = l.database
       where l.locktype = 'advisory' and d.datname = current_database() and ${granted ? 'granted' : 'not granted'}`,
    );
    return rows.map((row) => row['pid']);
  };

  it('refuses a second process that has waited', async () => {
    const first = await DatabaseConnection.open(storage.config);
    await expect(DatabaseConnection.open(storage.config, { lockWaitMs: 50 })).rejects.toThrow(
      DatabaseInUseError,
    );
    await first.close();
  });

  it('takes over as soon as the one before it lets go', async () => {
    const first = await DatabaseConnection.open(storage.config);
    const second = DatabaseConnection.open(storage.config);
    await first.close();
    const connection = await second;
    await expect(connection.check()).resolves.toBeUndefined();
    await connection.close();
  });

  it('survives the loss of its connections, the one with the lock included', async () => {
    const stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    const [before] = await lockers(true);
    await terminate('true');
    await until(async () => {
      const [holder] = await lockers(true);
      return holder !== undefined && holder !== before && stores.connection.isHeld;
    });
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
    await expect(stores.connection.check()).resolves.toBeUndefined();
    await stores.close();
  });

  it('fails a transaction whose connection breaks in the middle, and only that', async () => {
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

  it('is not ready while another process has the lock', async () => {
    const stores = await TestStores.open(storage.config);
    const thief = new Client({ connectionString: url() });
    await thief.connect();
    const waiting = thief.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await until(async () => (await lockers(false)).length === 1);
    const [holder] = await lockers(true);
    await terminate(`pid = ${String(holder)}`);
    await waiting;
    await until(() => !stores.connection.isHeld);
    await expect(stores.connection.check()).rejects.toThrow(StorageUnavailableError);
    await thief.end();
    await until(() => stores.connection.isHeld);
    await expect(stores.connection.check()).resolves.toBeUndefined();
    await stores.close();
  });

  it('tries deadlocked transactions again, so that both come to pass', async () => {
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
    expect(performance.now() - asked).toBeLessThan(2_000);
    finish();
    await Promise.all(busy);
    await expect(stores.sessions.find('any')).resolves.toBeUndefined();
    await stores.close();
  });

  it('says which database cannot be opened and why, without its password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    closed.close();
    const opening = DatabaseConnection.open(
      new StorageConfig({
        DATABASE_URL: `postgres://someone:secret@127.0.0.1:${port ?? 1}/db`,
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
    storage = await createStorage('postgres', server.url);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('says within about a second that the storage is unavailable, and recovers by itself', async () => {
    const stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    await server.halt();
    const asked = performance.now();
    await expect(stores.sessions.find(session.conversationId)).rejects.toThrow(StorageUnavailableError);
    await expect(stores.sessions.reserve(newSession(), limits(10))).rejects.toThrow(StorageUnavailableError);
    await expect(stores.connection.check()).rejects.toThrow(StorageUnavailableError);
    expect(performance.now() - asked).toBeLessThan(3_000);

    await server.resume();
    await until(() => stores.connection.isHeld);
    await expect(stores.connection.check()).resolves.toBeUndefined();
    session.end('requested', 2_000);
    await stores.sessions.save(session);
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'terminating');
    await stores.close();
  });
});
