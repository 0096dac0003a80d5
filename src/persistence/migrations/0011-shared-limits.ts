import type { Kysely, Migration } from 'kysely';

/** Token buckets that all replicas share, by name. */
export function sharedLimits(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('shared_bucket')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('tokens', 'double precision', (column) => column.notNull())
        .addColumn('capacity', 'double precision', (column) => column.notNull())
        .addColumn('granted', 'integer', (column) => column.notNull())
        .addColumn('filled_at', 'bigint', (column) => column.notNull())
        .addColumn('closed_until', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
