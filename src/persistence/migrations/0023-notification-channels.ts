import { type Kysely, type Migration, sql } from 'kysely';

/**
 * The channels of the notification service, and the lease of the replica that uses them (one row). The previous release
 * needs neither.
 */
export function notificationChannels(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('notification_owner')
        .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('leased_until', 'bigint', (column) => column.notNull())
        .addColumn('live_at', 'bigint', (column) => column.notNull())
        .execute();
      await sql`insert into notification_owner (id, owner, leased_until, live_at) values (1, '', 0, 0)`.execute(
        db,
      );
      await db.schema
        .createTable('notification_channel')
        .addColumn('slot', 'integer', (column) => column.primaryKey().notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
