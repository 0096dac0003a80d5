import type { Kysely, Migration } from 'kysely';

/**
 * Context of the guest as the opening gives it, encrypted; null where there is none, and once the session needs it no more.
 * Beside it Genesys' own id of the conversation; null until it is known.
 */
export function guestContext(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('guest_context', 'text').execute();
      await db.schema.alterTable('session').addColumn('genesys_conversation_id', 'text').execute();
    },
  };
}
