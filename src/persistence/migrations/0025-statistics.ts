import { type Kysely, type Migration, sql } from 'kysely';
import type { Dialect } from '../database/dialect';

/**
 * The figures of each replica and minute. The key begins with the minute, which every reader and the retention select by.
 * The previous release does not need the table.
 */
export function statistics(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('statistic')
        .addColumn('minute', 'bigint', (column) => column.notNull())
        .addColumn('replica', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('value', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('statistic_key', ['minute', 'replica', 'name'])
        // The rows are in the index of the key, and nowhere a second time.
        .$call((table) => (dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table))
        .execute();
    },
  };
}
