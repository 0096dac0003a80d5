import { type Kysely, type Migration, sql } from 'kysely';
import { addIdentity, type Dialect } from '../database/dialect';

/**
 * Events of conversations: messages, each once, and changes of state, in an order that readers can follow; and the
 * time at which the upstream lets a session expire.
 */
export function eventsOfConversations(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await createTable(db, dialect);
      await createIndexes(db);
      await sql`insert into counter (name, value) values ('feed', 0)`.execute(db);
      await db.schema.alterTable('session').addColumn('upstream_expires_at', 'bigint').execute();
    },
  };
}

async function createTable(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await addIdentity(dialect, db.schema.createTable('conversation_event'), 'written')
    .addColumn('position', 'bigint')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text')
    .addColumn('reference', 'text')
    .addColumn('fingerprint', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  const index = (name: string) => db.schema.createIndex(name).on('conversation_event');
  const isMessage = sql<boolean>`message_id is not null`;
  await index('conversation_event_id').unique().column('id').execute();
  await index('conversation_event_position').unique().column('position').execute();
  await index('conversation_event_of_conversation').columns(['conversation_id', 'position']).execute();
  await index('conversation_event_new')
    .column('written')
    .where(sql<boolean>`position is null`)
    .execute();
  await index('conversation_event_message')
    .unique()
    .columns(['conversation_id', 'message_id'])
    .where(isMessage)
    .execute();
  await index('conversation_event_sent')
    .columns(['conversation_id', 'at', 'message_id'])
    .where(isMessage)
    .execute();
}
