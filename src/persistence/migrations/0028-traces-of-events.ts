import type { Kysely, Migration } from 'kysely';

/** The span that caused an event. The previous release writes none; a delivery without it begins a trace. */
export function tracesOfEvents(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      for (const table of ['session_event', 'conversation_event'])
        await db.schema.alterTable(table).addColumn('traceparent', 'text').execute();
    },
  };
}
