import type { Kysely, Migration } from 'kysely';

/** Ephemeral events between replicas. */
export function passingEvents(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('passing_batch')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('number', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('passing_batch_at').on('passing_batch').column('at').execute();
    },
  };
}
