import { type Kysely, type Migration, sql } from 'kysely';
import { databaseNow, type Dialect } from '../database/dialect';

/** During an upgrade, replicas of the previous release still run and give plain positions as ids. */
const UPGRADE_MS = 24 * 3_600_000;

/**
 * An index for the events of an owner in the order of the feed, and the end of the time in which ids were plain
 * positions.
 */
export function eventsOfOwners(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createIndex('conversation_event_of_owner')
        .on('conversation_event')
        .columns(['owner', 'position'])
        .execute();
      await sql`
        insert into counter (name, value)
        select 'feed-in-clear-until', case when value = 0 then 0 else ${databaseNow(dialect)} + ${sql.lit(UPGRADE_MS)} end
        from counter where name = 'feed'`.execute(db);
    },
  };
}
