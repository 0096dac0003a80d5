import { type Kysely, type Migration, sql } from 'kysely';
import { addIdentity, type Dialect } from '../database/dialect';

/** Columns and tables for operators: attempts, claims and the state of sinks; and indexes to find old deliveries. */
export function steeringDeliveries(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await addClaims(db);
      await createAttempt(db, dialect);
      await createSink(db);
      await createIndexes(db);
    },
  };
}

async function addClaims(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('delivery').addColumn('claimed_by', 'text').execute();
  await db.schema.alterTable('delivery').addColumn('claimed_until', 'bigint').execute();
}

async function createAttempt(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await addIdentity(dialect, db.schema.createTable('delivery_attempt'), 'id')
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('sink', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('latency_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('error', 'text')
    .addForeignKeyConstraint(
      'delivery_attempt_delivery',
      ['event_id', 'sink'],
      'delivery',
      ['event_id', 'sink'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('delivery_attempt_order')
    .on('delivery_attempt')
    .columns(['event_id', 'sink', 'id'])
    .execute();
}

/** A row is created with the first change of the sink's state. */
async function createSink(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sink')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('paused_at', 'bigint')
    .addColumn('pause_reason', 'text')
    .addColumn('quiet_until', 'bigint')
    .execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('delivery_newest')
    .on('delivery')
    .columns(['queued_at', 'event_id', 'sink'])
    .execute();
  await db.schema
    .createIndex('delivery_settled')
    .on('delivery')
    .columns(['status', 'settled_at'])
    .where(sql.ref('settled_at'), 'is not', sql.lit(null))
    .execute();
  const few = (name: string, condition: string) =>
    sql.raw(`create index ${name} on delivery (sink) where ${condition}`).execute(db);
  await few('delivery_blocked', `status = 'pending' and attempts > 0`);
  await few('delivery_dead', `status = 'dead'`);
  await db.schema.createIndex('session_event_time').on('session_event').column('occurred_at').execute();
}
