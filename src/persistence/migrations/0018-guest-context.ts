import type { Kysely, Migration } from 'kysely';

/**
 * Context of the guest as the opening gives it, encrypted; null if there is none, and once the session does not need
 * it any more. Beside it Genesys' own id of the conversation; null until it is known.
 */
export function guestContext(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('guest_context', 'text').execute();
      await db.schema.alterTable('session').addColumn('genesys_conversation_id', 'text').execute();
    },
  };
}
