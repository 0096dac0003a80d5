import type { Kysely, Migration } from 'kysely';

/**
 * The facts that Genesys Cloud has reported about a conversation, and the index by which its events find the session. The
 * previous release neither reads nor writes these columns, so that its saves leave them as they are.
 */
export function platformReports(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('session').addColumn('platform_report', 'text').execute();
      await db.schema.alterTable('session').addColumn('wrap_up', 'text').execute();
      await db.schema
        .createIndex('session_genesys_conversation')
        .on('session')
        .column('genesys_conversation_id')
        .where('genesys_conversation_id', 'is not', null)
        .execute();
    },
  };
}
