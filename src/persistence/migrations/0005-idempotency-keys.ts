import { type Kysely, type Migration, sql } from 'kysely';
import type { Dialect } from '../database/dialect';

/** Idempotency keys of callers. No foreign key: a row precedes its session, and may outlive it. */
export function idempotencyKeys(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      const table = db.schema
        .createTable('idempotency_key')
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('operation', 'text', (column) => column.notNull())
        .addColumn('key_hash', 'text', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('conversation_id', 'text', (column) => column.notNull())
        .addColumn('opening_by', 'text')
        .addColumn('answer', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('idempotency_key_key', ['owner', 'operation', 'key_hash']);
      await (dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table).execute();
      const index = (name: string) => db.schema.createIndex(name).on('idempotency_key');
      await index('idempotency_key_conversation').unique().column('conversation_id').execute();
      await index('idempotency_key_expiry').column('expires_at').execute();
    },
  };
}
