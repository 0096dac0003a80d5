import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import type { Resolve } from '../../common/names/name-resolver';
import type { DataKey } from '../../config/data-key-list';
import type { StorageConfig } from '../../config/storage.config';
import type { Database } from './database';
import { admitDataKeys } from '../guest/data-key-proofs';
import { type Dialect, isUnreachable } from './dialect';
import { DatabaseOpenError, DataKeyError, SchemaTooNewError } from '../persistence.errors';
import { openPostgres, openPostgresForMigrations, traitsOf } from './postgres-database';
import { migrate } from './schema';
import { SqliteBackup } from '../backup/sqlite-backup';
import { keepTemporaryDataInMemory, openSqliteFile, queriesOn } from './sqlite-database';
import { SqliteStatements } from './sqlite-statements';

const CHECK_TIMEOUT_MS = 1_000;
/** Pause between two attempts to reach the server at the start, in milliseconds. */
const START_PAUSE_MS = 1_000;

/** Access to an embedded database that a server does not give. */
interface EmbeddedDatabase {
  readonly statements: SqliteStatements;
  readonly backup: SqliteBackup;
}

/**
 * The database of this process: open, at this release's schema and readable with the keys of `DATA_KEY`. No other
 * process uses an embedded one. It closes at the end of the application's shutdown, after everything that uses it.
 */
export class DatabaseConnection implements OnApplicationShutdown {
  private closing: Promise<void> | undefined;

  private constructor(
    readonly dialect: Dialect,
    readonly db: Kysely<Database>,
    readonly embedded?: EmbeddedDatabase,
  ) {}

  /** Copies the embedded database; PostgreSQL has its own tools. */
  get backup(): SqliteBackup | undefined {
    return this.embedded?.backup;
  }

  /** Throws one of the errors of `persistence.errors.ts`, each with a message for an operator. */
  static async open(config: StorageConfig, resolve?: Resolve): Promise<DatabaseConnection> {
    const { databaseUrl, dataDir, dataKeys } = config;
    const connection =
      databaseUrl === undefined
        ? await DatabaseConnection.openEmbedded(dataDir, dataKeys)
        : await DatabaseConnection.openServer(databaseUrl, config, resolve);
    new Logger(DatabaseConnection.name).log(
      databaseUrl === undefined ? `Using the SQLite database in ${dataDir}.` : 'Using PostgreSQL.',
    );
    return connection;
  }

  /** Throws `StorageUnavailableError` when the database does not answer within a second. */
  async check(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`No answer within ${CHECK_TIMEOUT_MS} ms.`));
      }, CHECK_TIMEOUT_MS);
    });
    try {
      await Promise.race([sql`select 1`.execute(this.db), timeout]);
    } catch (error) {
      throw new StorageUnavailableError({ cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.db.destroy();
    return this.closing;
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private static async openEmbedded(
    dataDir: string,
    dataKeys: readonly DataKey[],
  ): Promise<DatabaseConnection> {
    const file = openSqliteFile(dataDir);
    const statements = new SqliteStatements(file);
    const db = queriesOn(file, statements);
    try {
      await migrate(db, 'sqlite');
      keepTemporaryDataInMemory(file);
      await admitDataKeys(db, dataKeys);
    } catch (error) {
      await db.destroy();
      throw nameOf(error, `the database in ${dataDir}`);
    }
    return new DatabaseConnection('sqlite', db, { statements, backup: new SqliteBackup(file) });
  }

  private static async openServer(
    databaseUrl: string,
    { dataKeys, startTimeoutMs }: StorageConfig,
    resolve: Resolve | undefined,
  ): Promise<DatabaseConnection> {
    try {
      const traits = await untilAnswers(startTimeoutMs, () => traitsOf(databaseUrl, resolve));
      await preparePostgres(databaseUrl, dataKeys, resolve);
      const connection = new DatabaseConnection('postgres', openPostgres(databaseUrl, traits, resolve));
      // Kysely closes only what it has used.
      await connection.check();
      return connection;
    } catch (error) {
      throw nameOf(error, 'the database of DATABASE_URL');
    }
  }
}

/**
 * Tries again while the server is unreachable or starting, as when everything starts at once. A server that refuses
 * the credentials or lacks the database ends the attempts.
 */
async function untilAnswers<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> {
  const log = new Logger(DatabaseConnection.name);
  const deadline = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnreachable(error) || performance.now() > deadline) throw error;
      log.warn({ message: 'Database unreachable, start waits', attempt, error });
      await delay(START_PAUSE_MS);
    }
  }
}

async function preparePostgres(
  databaseUrl: string,
  dataKeys: readonly DataKey[],
  resolve: Resolve | undefined,
): Promise<void> {
  const db = openPostgresForMigrations(databaseUrl, resolve);
  try {
    await migrate(db, 'postgres');
    await admitDataKeys(db, dataKeys);
  } finally {
    await db.destroy();
  }
}

function nameOf(error: unknown, what: string): Error {
  const hasName = [DatabaseOpenError, DataKeyError, SchemaTooNewError].some((name) => error instanceof name);
  if (hasName) return error as Error;
  return new DatabaseOpenError(what, error);
}
