import type { Kysely, Migration } from 'kysely';

/**
 * The address under which the upstream delivers to a guest. The index is not unique: the previous release ends sessions
 * without removing it.
 */
export function guestAddresses(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('guest_address', 'text').execute();
      await db.schema.createIndex('session_guest_address').on('session').column('guest_address').execute();
    },
  };
}
