import type { Kysely, Migration } from 'kysely';

/** The OAuth client that a session lives on. Sessions from before have none: they use the first configured one. */
export function oauthClientOfASession(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('session')
        .addColumn('oauth_client', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  };
}
