import { type Kysely, type Migration, sql } from 'kysely';

/** The replicas, and the holder of each session that has not ended. Sessions from before have no holder. */
export function replicas(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('replica')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('lease_until', 'bigint', (column) => column.notNull())
        .addColumn('is_lost', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .alterTable('session')
        .addColumn('holder', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema
        .createIndex('session_held')
        .on('session')
        .columns(['holder', 'conversation_id'])
        .where(sql<boolean>`ended_at is null or disconnect = 'pending'`)
        .execute();
    },
  };
}
