import type { Kysely, Migration } from 'kysely';

/** The platform's own word for the end of a session; null if there is none. */
export function endCauses(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('end_cause', 'text').execute();
    },
  };
}
