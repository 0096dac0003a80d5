import { Logger } from '@nestjs/common';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import {
  Client,
  type ClientConfig,
  DatabaseError,
  Pool,
  type PoolClient,
  type QueryResult,
  TypeOverrides,
  types,
} from 'pg';
import { NameResolver, type Resolve } from '../../common/names/name-resolver';
import type { Database } from './database';
import { ResolvingSocket } from './resolving-socket';
import { StatementNames } from './statement-names';

const CONNECT_TIMEOUT_MS = 1_000;
/** Time-out for each of several addresses. */
const ATTEMPT_MS = CONNECT_TIMEOUT_MS / 2;

/** Limits that the server enforces, in milliseconds, by the names of its parameters. */
type ServerLimits = Readonly<Partial<Record<(typeof LIMITS)[number], number>>>;

/** The answer to a statement that has nothing to do. */
const NOTHING = { command: '', rowCount: 0, rows: [] };
const ENDS: ReadonlySet<string> = new Set(['commit', 'rollback']);

const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

const STATEMENT_LIMITS: ServerLimits = {
  statement_timeout: 5_000,
  // A process that was frozen in the middle of a transaction must not lock its rows for long.
  idle_in_transaction_session_timeout: 3_000,
};

const MIGRATION_LIMITS: ServerLimits = {
  // Transactions on the same table queue behind this one: less than the second that they wait for a connection.
  lock_timeout: 500,
  // Its locks exclude all other transactions.
  idle_in_transaction_session_timeout: 5_000,
};

/** SQLSTATE and message of a pooler that accepts only the parameters that it tracks itself (PgBouncer). */
const PROTOCOL_VIOLATION = '08P01';
const UNSUPPORTED_PARAMETER = /unsupported startup parameter/i;

/** Settings of every connection to PostgreSQL. */
export function connectionSettings(
  databaseUrl: string,
  resolve: Resolve = new NameResolver().resolve,
): ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: 'genesys-guest-sessions',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: () => new ResolvingSocket(resolve, ATTEMPT_MS),
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
  };
}

/** Traits of a server, or of a pooler in front of it, as one connection shows them. */
export interface ServerTraits {
  /**
   * Tells whether limits can be set with the connection. A transaction pooler refuses them: its server connections
   * are shared, so that other clients would get the limits too.
   */
  readonly takesSessionLimits: boolean;
  /**
   * Tells whether the connection leads to the server itself, which then keeps session state, above all prepared
   * statements.
   */
  readonly isDirect: boolean;
}

/** Rejects with the error of the connection attempt. */
export async function traitsOf(databaseUrl: string, resolve?: Resolve): Promise<ServerTraits> {
  const client = new Client({ ...connectionSettings(databaseUrl, resolve), ...STATEMENT_LIMITS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { takesSessionLimits: true, isDirect: await isDirect(client) };
  } catch (error) {
    const isPooler =
      error instanceof DatabaseError &&
      error.code === PROTOCOL_VIOLATION &&
      UNSUPPORTED_PARAMETER.test(error.message);
    if (isPooler) return { takesSessionLimits: false, isDirect: false };
    throw error;
  } finally {
    await client.end();
  }
}

/** A pooler gives its clients process ids of its own. */
async function isDirect(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid === (client as Client & { readonly processID: number | null }).processID;
}

/**
 * A pool of connections as Kysely's database. Waiting for a connection fails after one second, a statement after
 * five, a missing response after six. A broken connection is never used again, and fails only the statement that was
 * running.
 *
 * The server's limits are set for the connection if it takes them. Unless that is a direct one, they are also set with
 * `begin`, in the same round trip and for that transaction alone, so that they hold behind a transaction pooler too.
 * Statements have names on a direct connection. No other session state is used: no session locks, no `listen`.
 */
export function openPostgres(
  databaseUrl: string,
  { takesSessionLimits, isDirect }: ServerTraits,
  resolve?: Resolve,
): Kysely<Database> {
  const pool = new Pool({
    ...connectionSettings(databaseUrl, resolve),
    max: 10,
    query_timeout: 6_000,
    // Only statements that are sent together (`round-trip.ts`) overlap: all others wait for their responses.
    pipeline: true,
    ...(takesSessionLimits ? STATEMENT_LIMITS : {}),
    types: readingInt8AsNumber(),
  });
  const logger = new Logger('PostgresPool');
  pool.on('error', (error) => {
    logger.warn(`Idle database connection lost: ${error.message}`);
  });
  // A connection that breaks while it is checked out emits its error here too; the statement on it has failed.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  const limitsOfTransaction = isDirect && takesSessionLimits ? {} : STATEMENT_LIMITS;
  return new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: discardingBroken(pool, limitsOfTransaction, new StatementNames(isDirect)),
    }),
  });
}

/**
 * A connection for schema changes, without limits on how long a statement may take. Waiting for a lock fails soon,
 * and a process that stops midway loses its transaction.
 */
export function openPostgresForMigrations(databaseUrl: string, resolve?: Resolve): Kysely<Database> {
  const pool = new Pool({
    ...connectionSettings(databaseUrl, resolve),
    max: 1,
    pipeline: true,
    types: readingInt8AsNumber(),
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: discardingBroken(pool, MIGRATION_LIMITS, new StatementNames(false)),
    }),
  });
}

/** The driver returns int8 as text; all our values are within the range of exact numbers. */
function readingInt8AsNumber(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}

function discardingBroken(pool: Pool, limits: ServerLimits, names: StatementNames): PostgresPool {
  const begin = beginWith(limits);
  return {
    connect: async () => guarded(await pool.connect(), begin, names),
    end: () => pool.end(),
  };
}

/** Builds the `begin` of a transaction with its own limits. */
function beginWith(limits: ServerLimits): string {
  const settings = LIMITS.filter((name) => limits[name] !== undefined).map(
    (name) => `set local ${name} = ${String(limits[name])}`,
  );
  return ['begin', ...settings].join('; ');
}

/**
 * Remembers that the connection itself failed: further statements, the rollback above all, then fail at once with
 * that same error, and the pool drops the connection.
 *
 * A transaction begins in the round trip of its first statement. Its end is answered here if the commit went with its
 * last statements, or if it had none.
 */
function guarded(client: PoolClient, begin: string, names: StatementNames): PostgresPoolClient {
  let broken: { readonly cause: unknown } | undefined;
  let transaction: 'none' | 'beginning' | 'begun' | 'failed' | 'committed' = 'none';
  const send = async (text: string, parameters: readonly unknown[], name?: string): Promise<QueryResult> => {
    const isFirst = transaction === 'beginning';
    if (isFirst) transaction = 'begun';
    const beginning = isFirst ? client.query(begin) : undefined;
    const values = [...parameters];
    const statement = name === undefined ? { text, values } : { name, text, values };
    const [, answer] = await Promise.all([beginning, client.query(statement)]);
    return answer;
  };
  const guardedSend = async (sql: string, parameters: readonly unknown[]): Promise<QueryResult> => {
    const name = parameters.length === 0 ? undefined : names.nameOf(sql);
    try {
      return await send(sql, parameters, name);
    } catch (error) {
      // An error that the server itself returned leaves the connection usable.
      if (!(error instanceof DatabaseError)) broken = { cause: error };
      // In a failed transaction every statement fails, whatever its name.
      const isOfItself = transaction !== 'failed';
      if (transaction === 'begun') transaction = 'failed';
      const isToBeRepeated = isOfItself && names.recoversFrom(error, name) && transaction === 'none';
      if (!isToBeRepeated) throw error;
    }
    return send(sql, parameters);
  };
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (broken !== undefined) throw broken.cause;
    if (sql === 'begin') transaction = 'beginning';
    const hasNothingToEnd = transaction === 'beginning' || transaction === 'committed';
    if (sql === 'begin' || (hasNothingToEnd && ENDS.has(sql))) return NOTHING;
    const answer = await guardedSend(sql, parameters);
    if (sql === 'commit') {
      transaction = 'committed';
      assertCommitted(answer);
    }
    return answer;
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: () => {
      client.release(broken !== undefined);
    },
  };
}

/** PostgreSQL answers the commit of a transaction in which a statement has failed with a rollback, and no error. */
function assertCommitted({ command }: QueryResult): void {
  if (command === 'ROLLBACK')
    throw new Error('The transaction was rolled back: a statement in it has failed.');
}
