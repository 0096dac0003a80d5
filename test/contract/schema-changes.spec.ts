import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { DatabaseOpenError, SchemaTooNewError } from '../../src/persistence/persistence.errors';
import { openPostgresForMigrations } from '../../src/persistence/database/postgres-database';
import { migrate } from '../../src/persistence/database/schema';
import { schemaChanges, untilWaiting, whileLocked } from '../support/held-locks';
import { createEmptyStorage, newSession, TestStores, type TestStorage } from '../support/persistence-harness';
import { administrate } from '../support/postgres';
import { until } from '../support/until';
import { createFirstSchema } from './earlier-schemas';

/** Kysely's own lock, which serializes migrations. */
const THE_TURN = 'select pg_advisory_lock(3853314791062309107)';
const A_LONG_READ = 'lock table session in access share mode';
const LONGER_THAN_FOR_A_TABLE_MS = 700;
/** The service's time-out of a statement. */
const A_STATEMENT_MS = 5_000;

describe(`${migrate.name} beside others on PostgreSQL`, () => {
  let storage: TestStorage;
  let url: string;

  beforeEach(async () => {
    storage = await createEmptyStorage('postgres');
    url = storage.config.databaseUrl ?? '';
  });

  afterEach(async () => {
    await storage.remove();
  });

  async function applied(): Promise<string[]> {
    const rows = await administrate(url, 'select name from kysely_migration order by name');
    return rows.map(({ name }) => String(name));
  }

  /** Connects to the same database with this time-out of statements. */
  function within(ms: number): string {
    const limited = new URL(url);
    limited.searchParams.set('statement_timeout', String(ms));
    return limited.href;
  }

  it('refuses the schema that a newer release made while it waited for the lock', async () => {
    await (await TestStores.open(storage.config)).close();
    const failure = await whileLocked(url, THE_TURN, async () => {
      const refused = failureOf(DatabaseConnection.open(storage.config));
      await untilWaiting(url, 'advisory', LONGER_THAN_FOR_A_TABLE_MS);
      await administrate(
        url,
        `insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')`,
      );
      return { refused };
    });

    expect(await failure.refused).toBeInstanceOf(SchemaTooNewError);
    expect(await schemaChanges(url)).toBe(0);
  });

  it('does not block access to a table that a long transaction reads, and continues after it', async () => {
    await createFirstSchema(storage.config, [newSession()]);
    const { opening } = await whileLocked(url, A_LONG_READ, async () => {
      const opening = TestStores.open(storage.config);
      await untilWaiting(url, 'relation');
      const working = administrate(within(A_STATEMENT_MS), 'update session set version = version + 1');
      await expect(working).resolves.toEqual([]);
      return { opening };
    });

    await (await opening).close();
    expect((await applied()).length).toBeGreaterThan(1);
  });

  it('rolls back when its connection breaks, and the next process migrates completely', async () => {
    await createFirstSchema(storage.config, [newSession()]);
    await whileLocked(url, A_LONG_READ, async () => {
      const failure = failureOf(TestStores.open(storage.config));
      await untilWaiting(url, 'relation');
      await administrate(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(await failure).toBeInstanceOf(DatabaseOpenError);
      expect(await applied()).toEqual(['0001-initial-schema']);
      expect(await schemaChanges(url)).toBe(0);
    });

    await (await TestStores.open(storage.config)).close();
    expect((await applied()).length).toBeGreaterThan(1);
  });

  it('releases a table when its process stops in the middle', async () => {
    await createFirstSchema(storage.config, [newSession()]);
    const db = openPostgresForMigrations(url);
    const stopped = db.transaction().execute(async (work) => {
      await work.schema.alterTable('session').addColumn('half_done', 'text').execute();
      await until(() => administrate(within(100), 'select from session').then(isDone, isNotDone));
    });

    await expect(stopped).rejects.toThrow();
    await expect(administrate(url, 'select half_done from session')).rejects.toThrow(/does not exist/);
    await db.destroy();
  });
});

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function isDone(): boolean {
  return true;
}

function isNotDone(): boolean {
  return false;
}
