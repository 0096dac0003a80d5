import { type CreateTableBuilder, type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';

/** The two databases. Their differences are handled here, in `sqlite-database.ts` and in `postgres-database.ts`. */
export type Dialect = 'sqlite' | 'postgres';

/** Locks the rows read until the end of the transaction. SQLite has a single writer and needs no such lock. */
export function forUpdate<DB, TB extends keyof DB, O>(
  dialect: Dialect,
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return dialect === 'postgres' ? query.forUpdate() : query;
}

/** The database's clock: epoch milliseconds at this moment, not at the beginning of the transaction. */
export function databaseNow(dialect: Dialect): RawBuilder<number> {
  return dialect === 'postgres'
    ? sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql`cast(unixepoch('subsec') * 1000 as integer)`;
}

/**
 * Repeats the last member up to a length that is a power of two. Each length of a list makes a statement of its own,
 * which is prepared and cached; this keeps their number low.
 */
export function ofFewLengths<T>(set: readonly T[]): readonly T[] {
  const last = set.at(-1);
  if (last === undefined) return set;
  const length = 2 ** Math.ceil(Math.log2(set.length));
  return [...set, ...Array.from({ length: length - set.length }, () => last)];
}

/**
 * Purges text that was just overwritten or deleted from SQLite's write-ahead log, which would hold it until that part
 * of the log is reused. PostgreSQL does so when it vacuums.
 */
export async function forgetOverwritten<DB>(db: Kysely<DB>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(db);
}

/** A generated primary key that grows and is never reused. */
export function addIdentity<TB extends string>(
  dialect: Dialect,
  table: CreateTableBuilder<TB>,
  name: string,
): CreateTableBuilder<TB> {
  return dialect === 'postgres'
    ? table.addColumn(name, 'bigserial', (column) => column.primaryKey())
    : table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}

/** Serialization failure or deadlock: the same transaction may succeed when run again. */
export function isWorthRetrying(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '');
}

/** Other transactions block this one at the moment. */
export function isHeldUp(error: unknown): boolean {
  return isWorthRetrying(error) || codeOf(error) === LOCK_NOT_AVAILABLE;
}

/**
 * PostgreSQL has refused a statement, and with it the transaction: values, constraints, a guard, or a row that is locked.
 * Not so an error of the connection, or of the driver, after which the transaction may be committed.
 */
export function isRefusal(error: unknown): boolean {
  return REFUSAL_CODES.test(codeOf(error) ?? '');
}

/** The database cannot be used at the moment, as opposed to a statement that is wrong. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && UNAVAILABLE_CODES.some((pattern) => pattern.test(code))) return true;
  return UNAVAILABLE_MESSAGES.test(textOf(error, 'message') ?? '');
}

/** The database refuses the values of a statement, and would refuse them again; it can be used otherwise. */
export function isDataError(error: unknown): boolean {
  return DATA_CODES.test(codeOf(error) ?? '') || TOO_BIG_TO_BIND.test(textOf(error, 'message') ?? '');
}

/** The code of a refusal and the names of the schema objects; no values, which messages of PostgreSQL quote. */
export function refusalOf(error: unknown): string {
  const code = codeOf(error) ?? 'too big to bind';
  const names = (['table', 'column', 'constraint'] as const).flatMap((key) => {
    const name = textOf(error, key);
    return name === undefined ? [] : `${key} ${name}`;
  });
  // SQLite names only columns, tables and conditions in its message.
  const message = code.startsWith('SQLITE_CONSTRAINT') ? (textOf(error, 'message') ?? '') : '';
  const details = [...names, ...(message === '' ? [] : [message])];
  return details.length === 0 ? code : `${code} (${details.join(', ')})`;
}

/** The volume has no space left for the write. */
export function isStorageFull(error: unknown): boolean {
  return [DISK_FULL, 'SQLITE_FULL'].includes(codeOf(error) ?? '');
}

/** The server is unreachable, starting or stopping; a server that answered with a refusal is not. */
export function isUnreachable(error: unknown): boolean {
  // The driver tried every address of a name, and none answered.
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

// SQLSTATE classes: cardinality, data, integrity, syntax and access, program limit, PL/pgSQL; and what `isHeldUp` tells.
const REFUSAL_CODES = /^((21|22|23|42|54|P0)[0-9A-Z]{3}|40001|40P01|55P03)$/;

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

/** The error code of a driver, read by shape, since not every driver's errors are instances of `Error`. */
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
