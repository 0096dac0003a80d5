import { Logger } from '@nestjs/common';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { type ClientConfig, DatabaseError, Pool, type PoolClient, TypeOverrides, types } from 'pg';
import { NameResolver, type Resolve } from '../common/names/name-resolver';
import type { Database } from './database';
import { ResolvingSocket } from './resolving-socket';

const CONNECT_TIMEOUT_MS = 1_000;
/** How long each of several addresses is tried. */
const ATTEMPT_MS = CONNECT_TIMEOUT_MS / 2;

/** What every connection to PostgreSQL has in common. */
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

/**
 * A pool of connections as Kysely's database. Waiting for a connection fails after a second, a statement after five,
 * an answer that never comes after six; a connection that broke is never used again, and breaking ends nothing but
 * the statement that was running.
 */
export function openPostgres(databaseUrl: string, resolve?: Resolve): Kysely<Database> {
  const pool = new Pool({
    ...connectionSettings(databaseUrl, resolve),
    max: 10,
    statement_timeout: 5_000,
    query_timeout: 6_000,
    // A process that was frozen in the middle of a transaction must not keep others from its rows for long.
    idle_in_transaction_session_timeout: 3_000,
    types: readingInt8AsNumber(),
  });
  const logger = new Logger('PostgresPool');
  pool.on('error', (error) => {
    logger.warn(`An idle database connection broke: ${error.message}`);
  });
  // A connection that breaks while it is checked out raises its error here too; the statement on it has failed.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: discardingBroken(pool) }) });
}

/**
 * For changes of the schema: one connection, without limits on how long a statement may take. Waiting for a lock fails
 * soon, and a process that stops in the middle loses its transaction.
 */
export function openPostgresForMigrations(databaseUrl: string, resolve?: Resolve): Kysely<Database> {
  const pool = new Pool({
    ...connectionSettings(databaseUrl, resolve),
    max: 1,
    // Whoever wants the same table after it waits behind it: less than the second that they wait for a connection.
    lock_timeout: 500,
    // What it has locked, nobody else can use.
    idle_in_transaction_session_timeout: 5_000,
    types: readingInt8AsNumber(),
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** int8 would come as text; none of ours leaves the range in which a number is exact. */
function readingInt8AsNumber(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}

function discardingBroken(pool: Pool): PostgresPool {
  return {
    connect: async () => guarded(await pool.connect()),
    end: () => pool.end(),
  };
}

/**
 * Remembers that the connection itself failed: further statements, the rollback above all, then fail at once with
 * that same error, and the pool drops the connection.
 */
function guarded(client: PoolClient): PostgresPoolClient {
  let broken: { readonly cause: unknown } | undefined;
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (broken !== undefined) throw broken.cause;
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      // What the server itself answers leaves the connection in order.
      if (!(error instanceof DatabaseError)) broken = { cause: error };
      throw error;
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: () => {
      client.release(broken !== undefined);
    },
  };
}
