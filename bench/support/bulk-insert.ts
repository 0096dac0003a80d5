import type { Kysely } from 'kysely';
import type { Database } from '../../src/persistence/database/database';

/** Bound on the parameters of a statement, which SQLite and PostgreSQL both allow. */
const MAX_PARAMETERS = 20_000;

/** Inserts rows of equal columns with few statements, none of which lasts for long. */
export async function insertRows(
  db: Kysely<Database>,
  table: keyof Database,
  rows: readonly object[],
): Promise<void> {
  const atOnce = Math.floor(MAX_PARAMETERS / Object.keys(rows[0] ?? { one: 1 }).length);
  for (let done = 0; done < rows.length; done += atOnce)
    await db
      .insertInto(table)
      .values(rows.slice(done, done + atOnce))
      .execute();
}
