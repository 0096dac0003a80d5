import { Client } from 'pg';
import { administrate } from './postgres';
import { waitFor } from './wait-for';

/** The lock that a process waits for: a table, or the migration lock. */
type LockKind = 'relation' | 'advisory';

/** The time-out includes the start of a process. */
const WAITING_WITHIN_MS = 120_000;

/** Runs `work` while a foreign connection holds the locks of a statement. */
export async function whileLocked<T>(url: string, statement: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    await client.query(statement);
    return await work();
  } finally {
    await client.end();
  }
}

/** Resolves when a process has waited for a lock of this kind in this database for this long. */
export async function untilWaiting(url: string, kind: LockKind, forMs = 0): Promise<void> {
  const since = `waitstart <= clock_timestamp() - interval '${forMs} ms'`;
  await waitFor(async () => {
    const waiting = await locks(url, `locktype = '${kind}' and not granted and ${since}`);
    if (waiting === 0) throw new Error(`Nobody waits for a lock of the kind ${kind}.`);
  }, WAITING_WITHIN_MS);
}

/** Resolves when a transaction in this database waits for a lock of another one, on a row as well. */
export async function untilBlocked(url: string): Promise<void> {
  await waitFor(async () => {
    const [row] = await administrate(
      url,
      `select count(*) as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (Number(row?.['count']) === 0) throw new Error('No transaction waits for a lock.');
  }, WAITING_WITHIN_MS);
}

/** Returns the number of processes that change the schema, or wait to do so. */
export function schemaChanges(url: string): Promise<number> {
  return locks(url, `locktype = 'advisory'`);
}

async function locks(url: string, which: string): Promise<number> {
  const database = '(select oid from pg_database where datname = current_database())';
  const [row] = await administrate(
    url,
    `select count(*) as count from pg_locks where database = ${database} and ${which}`,
  );
  return Number(row?.['count']);
}
