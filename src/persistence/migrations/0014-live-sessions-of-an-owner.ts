import { type Kysely, type Migration, sql } from 'kysely';

/**
 * An index of the live sessions of a caller, however many others there are. The previous release does not need it.
 */
export function liveSessionsOfAnOwner(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createIndex('session_live_of_owner')
        .on('session')
        .columns(['owner', 'oauth_client'])
        .where(sql<boolean>`state in ('connecting', 'active')`)
        .execute();
    },
  };
}
