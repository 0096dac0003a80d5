import type { Kysely, Migration } from 'kysely';

/** Until when a receiver counts as failing, for all replicas. Those of an earlier release know it each for itself, as before. */
export function failingSinks(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('sink').addColumn('failing_until', 'bigint').execute();
    },
  };
}
