import { type Kysely, sql } from 'kysely';
import type { Database } from '../../src/persistence/database/database';

/** Number of transactions that have written the rows of a table on PostgreSQL. */
export async function transactionsOf(db: Kysely<Database>, table: keyof Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct cast(xmin as text)) as count from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** The counters by name. */
export async function countersIn(db: Kysely<Database>): Promise<Readonly<Record<string, number>>> {
  const rows = await db.selectFrom('counter').selectAll().execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** Number of outcomes by status. */
export function statusesOf(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
