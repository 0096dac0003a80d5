import { type Kysely, sql } from 'kysely';
import { NameResolver } from '../common/names/name-resolver';
import type { DataKey } from '../config/data-key-list';
import type { StorageConfig } from '../config/storage.config';
import type { Database } from './database/database';
import type { Dialect } from './database/dialect';
import { openPostgres, traitsOf } from './database/postgres-database';
import { type SchemaDifference, schemaDifference } from './database/schema';
import { openSqliteForReads, queriesOn } from './database/sqlite-database';
import { provenDataKeys } from './guest/data-key-proofs';
import { DatabaseOpenError } from './persistence.errors';

/** The refusal of PgBouncer in statement mode. */
const STATEMENT_MODE = 'statement pooling mode';
/** Settings of PostgreSQL that decide whether a commit outlives a crash. */
const DURABILITY = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/** A database server or library as it presents itself. */
export interface ServerFacts {
  readonly dialect: Dialect;
  readonly version: string;
  /** Whether the connection leads to a pooler; undefined where there is none by design. */
  readonly isPooled: boolean | undefined;
  /** False behind a pooler in statement mode, which refuses transactions. */
  readonly takesTransactions: boolean;
  /** Durability settings by name; of PostgreSQL alone, since the service sets those of SQLite itself. */
  readonly durability: Readonly<Partial<Record<(typeof DURABILITY)[number], string>>>;
}

/** Reads of the database for a diagnosis: the schema is not migrated, no key is registered, and nothing is written. */
export class DatabaseDiagnostics implements AsyncDisposable {
  private constructor(
    private readonly db: Kysely<Database>,
    private readonly dialect: Dialect,
    private readonly isPooled: boolean | undefined,
  ) {}

  /**
   * Opens the database; undefined while there is no embedded one. Throws `DatabaseOpenError` or
   * `DataDirectoryInUseError`.
   */
  static async open({ databaseUrl, dataDir }: StorageConfig): Promise<DatabaseDiagnostics | undefined> {
    if (databaseUrl === undefined) {
      const file = openSqliteForReads(dataDir);
      return file && new DatabaseDiagnostics(queriesOn(file), 'sqlite', undefined);
    }
    try {
      const { resolve } = new NameResolver();
      const traits = await traitsOf(databaseUrl, resolve);
      return new DatabaseDiagnostics(
        openPostgres(databaseUrl, traits, resolve),
        'postgres',
        !traits.isDirect,
      );
    } catch (error) {
      throw new DatabaseOpenError('the database of DATABASE_URL', error);
    }
  }

  /** The embedded database that this process has open; disposing the result would close it. */
  static ofEmbedded(db: Kysely<Database>): DatabaseDiagnostics {
    return new DatabaseDiagnostics(db, 'sqlite', undefined);
  }

  async server(): Promise<ServerFacts> {
    const { dialect, isPooled } = this;
    if (dialect === 'sqlite') {
      const version = await this.valueOf(sql`select sqlite_version() as value`);
      return { dialect, version, isPooled, takesTransactions: true, durability: {} };
    }
    const version = await this.valueOf(sql`select current_setting('server_version') as value`);
    const durability: Partial<Record<string, string>> = {};
    for (const name of DURABILITY) {
      durability[name] = await this.valueOf(sql`select current_setting(${name}) as value`);
    }
    return { dialect, version, isPooled, takesTransactions: await this.takesTransactions(), durability };
  }

  /** The durations of that many round trips, one after another, in milliseconds. */
  async roundTripsMs(count: number): Promise<readonly number[]> {
    const durations: number[] = [];
    for (let trip = 0; trip < count; trip += 1) {
      const startedAt = performance.now();
      await sql`select 1`.execute(this.db);
      durations.push(performance.now() - startedAt);
    }
    return durations;
  }

  schema(): Promise<SchemaDifference> {
    return schemaDifference(this.db);
  }

  /** The ids of the keys of stored texts, all of which can be read. Throws `DataKeyError` otherwise. */
  provenDataKeys(keys: readonly DataKey[]): Promise<ReadonlySet<string>> {
    return provenDataKeys(this.db, keys);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.destroy();
  }

  /** Begins a transaction by hand: the error of a rollback would hide that of its beginning. */
  private async takesTransactions(): Promise<boolean> {
    try {
      await this.db.connection().execute(async (connection) => {
        await sql`begin`.execute(connection);
        await sql`select 1`.execute(connection);
        await sql`rollback`.execute(connection);
      });
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes(STATEMENT_MODE)) return false;
      throw error;
    }
  }

  private async valueOf(query: ReturnType<typeof sql>): Promise<string> {
    const { rows } = await query.execute(this.db);
    const [row] = rows as { value?: unknown }[];
    return typeof row?.value === 'string' ? row.value : 'unknown';
  }
}
