import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { SchemaTooNewError } from '../../src/persistence/persistence.errors';
import {
  createEmptyStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence-harness';

let storage: TestStorage;

afterEach(async () => {
  await storage.remove();
});

describe.each(DIALECTS)(`${DatabaseConnection.name} on %s`, (dialect) => {
  beforeEach(async () => {
    storage = await createEmptyStorage(dialect);
  });

  it('keeps all data after a restart', async () => {
    const before = await TestStores.open(storage.config);
    const session = await before.activated();
    session.lose('gone', 2_000);
    await before.sessions.save(session);
    const [totals, trail, due] = [
      await before.summary.totals(),
      await before.auditTrail(),
      await before.due(),
    ];
    await before.close();

    const after = await TestStores.open(storage.config);
    expect((await after.get(session.conversationId)).snapshot).toEqual(session.snapshot);
    await expect(after.summary.totals()).resolves.toEqual(totals);
    await expect(after.auditTrail()).resolves.toEqual(trail);
    await expect(after.due()).resolves.toEqual(due);
    await after.close();
  });

  it('refuses the schema of a newer release and leaves it unchanged', async () => {
    const newer = await DatabaseConnection.open(storage.config);
    await administrateMigrations(newer, '9999-from-the-future');
    await newer.close();
    const opening = DatabaseConnection.open(storage.config);
    await expect(opening).rejects.toThrow(SchemaTooNewError);
    await expect(opening).rejects.toThrow(/9999-from-the-future/);
    // The refused connection does not keep the database locked either.
    await expect(DatabaseConnection.open(storage.config)).rejects.toThrow(SchemaTooNewError);
  });

  it('answers its check while it is open, and closes idempotently', async () => {
    const connection = await DatabaseConnection.open(storage.config);
    await expect(connection.check()).resolves.toBeUndefined();
    await Promise.all([connection.close(), connection.onApplicationShutdown()]);
    await expect(connection.check()).rejects.toThrow(StorageUnavailableError);
  });

  it('reports the storage as unavailable after it was closed', async () => {
    const stores = await TestStores.open(storage.config);
    await stores.close();
    await expect(stores.sessions.find('any')).rejects.toThrow(StorageUnavailableError);
    await expect(stores.sessions.reserve(newSession(), limits(1))).rejects.toThrow(StorageUnavailableError);
  });
});

async function administrateMigrations(connection: DatabaseConnection, name: string): Promise<void> {
  const migrations = connection.db.withTables<{ kysely_migration: { name: string; timestamp: string } }>();
  await migrations
    .insertInto('kysely_migration')
    .values({ name, timestamp: '2999-01-01T00:00:00.000Z' })
    .execute();
}
