import type { Kysely, Migration } from 'kysely';

/**
 * The time until which a receiver counts as failing, for all replicas. Replicas of an earlier release each keep their
 * own, as before.
 */
export function failingSinks(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('sink').addColumn('failing_until', 'bigint').execute();
    },
  };
}
