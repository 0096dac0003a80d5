import type { Kysely, Migration } from 'kysely';

/** Marks replicas that are about to stop. Those of an earlier release never mark themselves. */
export function leavingReplicas(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('replica')
        .addColumn('is_leaving', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  };
}
