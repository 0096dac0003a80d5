import { type Kysely, type Migration, sql } from 'kysely';

/** Who works on the data, and which of them holds a session that is not over. Sessions from before are held by nobody. */
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
