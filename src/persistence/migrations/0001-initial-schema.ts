import { type Kysely, type Migration, sql } from 'kysely';
import { addIdentity, type Dialect } from '../database/dialect';

/** Sessions, their events, the events' deliveries, the audit trail and the counters. */
export function initialSchema(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await createSession(db);
      await createSessionIndexes(db);
      await createSessionEvent(db);
      await createDelivery(db);
      await createAuditRecord(db, dialect);
      await createCounter(db);
    },
  };
}

async function createSession(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session')
    .addColumn('conversation_id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('guest_token', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('queue_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('locale', 'text', (column) => column.notNull())
    .addColumn('capabilities', 'text', (column) => column.notNull())
    .addColumn('duration_limit', 'bigint', (column) => column.notNull())
    .addColumn('discloses_guest_token', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('end_reason', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('disconnect', 'text', (column) => column.notNull())
    .addColumn('disconnect_due_at', 'bigint')
    .addColumn('disconnect_attempts', 'integer', (column) => column.notNull())
    .addColumn('last_sequence', 'integer', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .execute();
}

async function createSessionIndexes(db: Kysely<unknown>): Promise<void> {
  const index = (name: string) => db.schema.createIndex(name).on('session');
  await index('session_newest').columns(['created_at', 'conversation_id']).execute();
  await index('session_newest_in_state').columns(['state', 'created_at', 'conversation_id']).execute();
  await index('session_walk').columns(['state', 'conversation_id']).execute();
  await index('session_expiry')
    .column('expires_at')
    .where(sql.ref('state'), '=', sql.lit('active'))
    .execute();
  await index('session_disconnect_due')
    .column('disconnect_due_at')
    .where(sql.ref('disconnect_due_at'), 'is not', sql.lit(null))
    .execute();
}

async function createSessionEvent(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session_event')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull().references('session.conversation_id'))
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addUniqueConstraint('session_event_sequence', ['conversation_id', 'sequence'])
    .execute();
}

/** The indexes hold pending deliveries only: delivered ones cost the relay nothing, however many there are. */
async function createDelivery(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('delivery')
    .addColumn('event_id', 'text', (column) => column.notNull().references('session_event.id'))
    .addColumn('sink', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('queued_at', 'bigint', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('last_error', 'text')
    .addPrimaryKeyConstraint('delivery_key', ['event_id', 'sink'])
    .execute();
  const pending = (name: string, columns: string[]) =>
    db.schema
      .createIndex(name)
      .on('delivery')
      .columns(columns)
      .where(sql.ref('status'), '=', sql.lit('pending'))
      .execute();
  await pending('delivery_due', ['sink', 'next_attempt_at', 'sequence']);
  await pending('delivery_lane', ['sink', 'conversation_id', 'sequence']);
  await pending('delivery_backlog', ['sink', 'queued_at']);
}

async function createAuditRecord(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await addIdentity(dialect, db.schema.createTable('audit_record'), 'seq')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_record_conversation')
    .on('audit_record')
    .columns(['conversation_id', 'seq'])
    .execute();
}

async function createCounter(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counter')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  // The slots are updated under a condition, so their row has to exist.
  await sql`insert into counter (name, value) values ('slots', 0)`.execute(db);
}
