import { type Kysely, type Migration, sql } from 'kysely';
import { addIdentity, type Dialect } from '../database/dialect';

/**
 * The webhooks of callers: their queues by conversation, their deliveries with attempts, and the position up to which the
 * feed was read for them; and the URL that a session has for its events, encrypted. The previous release needs none of it.
 */
export function webhooks(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await createWebhook(db);
      await createQueue(db);
      await createDelivery(db);
      await createAttempt(db, dialect);
      await db.schema.alterTable('session').addColumn('webhook_url', 'text').execute();
      await sql`insert into counter (name, value) values ('webhooks', 0)`.execute(db);
    },
  };
}

async function createWebhook(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('types', 'text', (column) => column.notNull())
    .addColumn('sessions', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('status_reason', 'text')
    .addColumn('secrets', 'text', (column) => column.notNull())
    .addColumn('from_position', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('verified_at', 'bigint')
    .addColumn('failing_since', 'bigint')
    .addColumn('quiet_until', 'bigint')
    .addColumn('failing_until', 'bigint')
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('webhook');
  await index('webhook_of_owner').columns(['owner', 'created_at', 'id']).execute();
  await index('webhook_newest').columns(['created_at', 'id']).execute();
  await index('webhook_of_all_sessions')
    .column('id')
    .where(sql<boolean>`sessions = 'all'`)
    .execute();
  await index('webhook_deleted')
    .column('id')
    .where(sql<boolean>`status = 'deleted'`)
    .execute();
}

async function createQueue(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_queue')
    .addColumn('webhook_id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('last_sequence', 'integer', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('claimed_by', 'text')
    .addColumn('claimed_until', 'bigint')
    .addPrimaryKeyConstraint('webhook_queue_key', ['webhook_id', 'conversation_id'])
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('webhook_queue');
  await index('webhook_queue_due')
    .columns(['webhook_id', 'due_at'])
    .where(sql<boolean>`due_at is not null`)
    .execute();
  await index('webhook_queue_of_conversation').column('conversation_id').execute();
}

async function createDelivery(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_delivery')
    .addColumn('webhook_id', 'text', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('data', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('queued_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('last_error', 'text')
    .addPrimaryKeyConstraint('webhook_delivery_key', ['webhook_id', 'event_id'])
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('webhook_delivery');
  await index('webhook_delivery_pending')
    .columns(['webhook_id', 'conversation_id', 'sequence'])
    .where(sql<boolean>`status = 'pending'`)
    .execute();
  await index('webhook_delivery_newest').columns(['webhook_id', 'queued_at', 'event_id']).execute();
  await index('webhook_delivery_dead')
    .columns(['webhook_id', 'queued_at', 'event_id'])
    .where(sql<boolean>`status = 'dead'`)
    .execute();
  await index('webhook_delivery_settled')
    .column('settled_at')
    .where(sql<boolean>`settled_at is not null`)
    .execute();
  await index('webhook_delivery_of_conversation').column('conversation_id').execute();
}

async function createAttempt(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await addIdentity(dialect, db.schema.createTable('webhook_attempt'), 'id')
    .addColumn('webhook_id', 'text', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('latency_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('error', 'text')
    .addForeignKeyConstraint(
      'webhook_attempt_delivery',
      ['webhook_id', 'event_id'],
      'webhook_delivery',
      ['webhook_id', 'event_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('webhook_attempt_order')
    .on('webhook_attempt')
    .columns(['webhook_id', 'event_id', 'id'])
    .execute();
}
