import type { Kysely, Migration } from 'kysely';

/** What a guest who has logged in proves it with, encrypted; null for all others, and empty once nobody needs it. */
export function authenticatedGuests(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('guest_credentials', 'text').execute();
    },
  };
}
