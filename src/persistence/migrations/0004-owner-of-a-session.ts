import type { Kysely, Migration } from 'kysely';

/** The caller that a session belongs to, and what finds a caller's own. Sessions from before are nobody's. */
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
