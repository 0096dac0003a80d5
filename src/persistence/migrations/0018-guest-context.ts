import type { Kysely, Migration } from 'kysely';

/**
 * What an opening says of the guest beside its name, encrypted; null where it says nothing, and once nobody needs it.
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
