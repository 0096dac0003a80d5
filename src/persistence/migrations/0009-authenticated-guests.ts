import type { Kysely, Migration } from 'kysely';

/** The credentials of an authenticated guest, encrypted; null for all others, and empty once they are not needed. */
export function authenticatedGuests(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('guest_credentials', 'text').execute();
    },
  };
}
