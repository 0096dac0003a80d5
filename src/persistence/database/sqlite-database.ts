import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import type { Database } from './database';
import { codeOf } from './dialect';
import { DatabaseOpenError, DataDirectoryInUseError } from '../persistence.errors';
import { ensurePrivateDatabase, ensurePrivateDirectory } from './private-files';
import { SqliteStatements } from './sqlite-statements';

const FILE_NAME = 'guest-sessions.db';

/** The embedded database in `dataDir`, for queries; see `openSqliteFile`. */
export function openSqlite(dataDir: string): Kysely<Database> {
  return queriesOn(openSqliteFile(dataDir));
}

/** Queries on an open file, which is closed with them. */
export function queriesOn(
  file: SqliteFile.Database,
  statements = new SqliteStatements(file),
): Kysely<Database> {
  return new Kysely<Database>({ dialect: new TransactionalSqliteDialect({ database: statements }) });
}

/**
 * Opens the SQLite file in `dataDir`, creating both if they do not exist. From then on, until it is closed or the
 * process ends in any way, no other process can open it: a second one gets a `DataDirectoryInUseError` at once. A
 * commit is on the disk when it returns. The files are readable for their owner alone.
 */
export function openSqliteFile(dataDir: string): SqliteFile.Database {
  const directory = resolve(dataDir);
  let file: SqliteFile.Database | undefined;
  try {
    ensurePrivateDirectory(directory);
    const path = join(directory, FILE_NAME);
    ensurePrivateDatabase(path);
    file = new SqliteFile(path, { timeout: 0 });
    takeExclusively(file);
    return file;
  } catch (error) {
    file?.close();
    throw openErrorOf(error, directory);
  }
}

/**
 * Opens the SQLite file in `dataDir` for reads alone, while no process uses it; undefined if there is none. Throws
 * `DataDirectoryInUseError` or `DatabaseOpenError`. Closing it removes SQLite's temporary files.
 */
export function openSqliteForReads(dataDir: string): SqliteFile.Database | undefined {
  const directory = resolve(dataDir);
  const path = join(directory, FILE_NAME);
  if (!existsSync(path)) return undefined;
  let file: SqliteFile.Database | undefined;
  try {
    file = new SqliteFile(path, { fileMustExist: true, timeout: 0 });
    file.pragma('query_only = ON');
    file.exec('begin; select count(*) from sqlite_schema; commit');
    return file;
  } catch (error) {
    file?.close();
    throw openErrorOf(error, directory);
  }
}

function openErrorOf(error: unknown, directory: string): Error {
  return codeOf(error)?.startsWith('SQLITE_BUSY') === true
    ? new DataDirectoryInUseError(directory, { cause: error })
    : new DatabaseOpenError(`the database in ${directory}`, error, unwritableIn(directory));
}

/** The first of the directory and the database file that this process may not write to. */
function unwritableIn(directory: string): string | undefined {
  return [directory, join(directory, FILE_NAME)].find((path) => {
    try {
      accessSync(path, constants.W_OK);
      return false;
    } catch (error) {
      return ['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error) ?? '');
    }
  });
}

function takeExclusively(file: SqliteFile.Database): void {
  file.pragma('locking_mode = EXCLUSIVE');
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  // Overwritten or deleted text must not remain in the free parts of the file.
  file.pragma('secure_delete = ON');
  // The locking mode only keeps a lock; this statement takes it.
  file.exec('begin exclusive; commit');
}

/**
 * Keeps in memory what SQLite would write to files in the system's temporary folder: above all the pages that a savepoint
 * may have to restore, a copy of each page that a unit of a group changes. To be called after the migrations, which
 * may sort a whole table.
 */
export function keepTemporaryDataInMemory(file: SqliteFile.Database): void {
  file.pragma('temp_store = MEMORY');
}

/** SQLite can roll back changes of the schema; Kysely then runs migrations in one transaction, as on PostgreSQL. */
class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
