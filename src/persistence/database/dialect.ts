import { type CreateTableBuilder, type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';

/** The two databases. What they do differently is here, in `sqlite-database.ts` and in `postgres-database.ts`. */
export type Dialect = 'sqlite' | 'postgres';

/** Locks the rows read until the end of the transaction. SQLite has one writer, who needs no such lock. */
export function forUpdate<DB, TB extends keyof DB, O>(
  dialect: Dialect,
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return dialect === 'postgres' ? query.forUpdate() : query;
}

/** The clock of the database: epoch milliseconds at this moment, not at the beginning of the transaction. */
export function databaseNow(dialect: Dialect): RawBuilder<number> {
  return dialect === 'postgres'
    ? sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql`cast(unixepoch('subsec') * 1000 as integer)`;
}

/**
 * The same set with its last member repeated up to a power of two. Every length of a list makes a statement of its
 * own, which is prepared and kept: with lists of any length there would be hundreds of them.
 */
export function ofFewLengths<T>(set: readonly T[]): readonly T[] {
  const last = set.at(-1);
  if (last === undefined) return set;
  const length = 2 ** Math.ceil(Math.log2(set.length));
  return [...set, ...Array.from({ length: length - set.length }, () => last)];
}

/**
 * Lets go of what was just overwritten or deleted: SQLite's write-ahead log would hold it until it happens to be written
 * over. PostgreSQL does so in its own time, when it vacuums.
 */
export async function forgetOverwritten<DB>(db: Kysely<DB>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(db);
}

/** A primary key that grows by itself and is never used twice. */
export function addIdentity<TB extends string>(
  dialect: Dialect,
  table: CreateTableBuilder<TB>,
  name: string,
): CreateTableBuilder<TB> {
  return dialect === 'postgres'
    ? table.addColumn(name, 'bigserial', (column) => column.primaryKey())
    : table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}

/** Serialization failure and deadlock: nothing is wrong with the transaction but its moment. */
export function isWorthRetrying(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '');
}

/** Others stand in the way of a transaction at the moment. */
export function isHeldUp(error: unknown): boolean {
  return isWorthRetrying(error) || codeOf(error) === LOCK_NOT_AVAILABLE;
}

/** The database cannot be used at the moment, as opposed to a statement that is wrong. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && UNAVAILABLE_CODES.some((pattern) => pattern.test(code))) return true;
  return UNAVAILABLE_MESSAGES.test(textOf(error, 'message') ?? '');
}

/** The database refuses the values of a statement, and would refuse them again; it can be used. */
export function isDataError(error: unknown): boolean {
  return DATA_CODES.test(codeOf(error) ?? '') || TOO_BIG_TO_BIND.test(textOf(error, 'message') ?? '');
}

/** The code of a refusal with what it names of the schema; no value, which messages of PostgreSQL quote. */
export function refusalOf(error: unknown): string {
  const code = codeOf(error) ?? 'too big to bind';
  const names = (['table', 'column', 'constraint'] as const).flatMap((key) => {
    const name = textOf(error, key);
    return name === undefined ? [] : `${key} ${name}`;
  });
  // SQLite names columns, tables and conditions in its message, and nothing else.
  const message = code.startsWith('SQLITE_CONSTRAINT') ? (textOf(error, 'message') ?? '') : '';
  const details = [...names, ...(message === '' ? [] : [message])];
  return details.length === 0 ? code : `${code} (${details.join(', ')})`;
}

/** There is no space left for what was to be written. */
export function isStorageFull(error: unknown): boolean {
  return [DISK_FULL, 'SQLITE_FULL'].includes(codeOf(error) ?? '');
}

/** The server cannot be reached at the moment, or is on its way up or down; not one that answered with a refusal. */
export function isUnreachable(error: unknown): boolean {
  // Every address of a name was tried, and none answered.
  if (error instanceof AggregateError) return error.errors.every(isUnreachable);
  const code = codeOf(error);
  return code === undefined ? isUnavailable(error) : UNREACHABLE_CODES.test(code);
}

/** Errors of the operating system; the classes connection, resources and operator intervention of SQLSTATE. */
const UNREACHABLE_CODES = /^(E(?!RR_)[A-Z_]+|(08|53|57)[0-9A-Z]{3})$/;

// SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded.
const DATA_CODES = /^((22|23|54)[0-9A-Z]{3}|SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)(_[A-Z]+)?)$/;

// better-sqlite3 raises this without a code.
const TOO_BIG_TO_BIND = /^The bound string, buffer, or bigint is too big$/;

const LOCK_NOT_AVAILABLE = '55P03';
const DISK_FULL = '53100';

const UNAVAILABLE_CODES = [
  // Errors of the operating system: ECONNREFUSED, ENOTFOUND, ETIMEDOUT.
  /^E(?!RR_)[A-Z_]+$/,
  // SQLSTATE classes: connection, credentials, resources, operator intervention (timeouts too), system.
  /^(08|28|53|57|58)[0-9A-Z]{3}$/,
  // Read-only after a failover, no such database, lock not available.
  /^(25006|3D000|55P03)$/,
  /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|CORRUPT|NOTADB|NOMEM|PERM|PROTOCOL)/,
];

// The drivers raise these without a code.
const UNAVAILABLE_MESSAGES = new RegExp(
  [
    'Connection terminated',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Client has encountered a connection error',
    'Client was closed',
    'Cannot use a pool after calling end',
    'driver has already been destroyed',
    'The database connection is not open',
  ].join('|'),
);

/** What kind of error it is, as drivers say it; by its looks, since not every driver's errors are an `Error`. */
export function codeOf(error: unknown): string | undefined {
  return textOf(error, 'code');
}

function textOf(
  error: unknown,
  key: 'code' | 'message' | 'table' | 'column' | 'constraint',
): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}
