import type { Kysely, Migration } from 'kysely';

/**
 * Proofs of the addresses of replicas. Replicas of an earlier release write none, and read the addresses as before.
 */
export function sealedAddresses(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('replica')
        .addColumn('address_seal', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  };
}
