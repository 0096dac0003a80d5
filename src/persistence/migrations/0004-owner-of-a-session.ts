import type { Kysely, Migration } from 'kysely';

/** The caller that owns a session, and an index to find a caller's own. Sessions from before have no owner. */
export function ownerOfASession(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('session')
        .addColumn('owner', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema
        .createIndex('session_newest_of_owner')
        .on('session')
        .columns(['owner', 'created_at', 'conversation_id'])
        .execute();
    },
  };
}
