import type { Kysely, Migration } from 'kysely';

/** The sessions of the console. The previous release needs none of them. */
export function consoleSessions(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('console_session')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('caller', 'text', (column) => column.notNull())
        .addColumn('credential', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint', (column) => column.notNull())
        .execute();
      const index = (name: string) => db.schema.createIndex(name).on('console_session');
      await index('console_session_of_caller').columns(['caller', 'last_used_at']).execute();
      await index('console_session_used').column('last_used_at').execute();
    },
  };
}
