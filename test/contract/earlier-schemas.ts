import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { StorageConfig } from '../../src/config/storage.config';
import type { Database } from '../../src/persistence/database/database';
import type { Dialect } from '../../src/persistence/database/dialect';
import { initialSchema } from '../../src/persistence/migrations/0001-initial-schema';
import { oauthClientOfASession } from '../../src/persistence/migrations/0002-oauth-client-of-a-session';
import { openPostgresForMigrations } from '../../src/persistence/database/postgres-database';
import { toDeliveryRow, toEventRow, toRow } from '../../src/persistence/session/session.mapper';
import { openSqlite } from '../../src/persistence/database/sqlite-database';
import type { Session } from '../../src/session/domain/session';

/** A record of the audit trail in the format of the first release. */
export interface FirstAuditRecord {
  readonly at: number;
  readonly action: string;
  readonly conversation_id: string;
  readonly request_id: string | null;
  readonly detail: string;
}

/** Columns of a session that neither of these releases has. */
const SINCE_OWNERS = [
  'owner',
  'guest_ref',
  'erased_at',
  'upstream_expires_at',
  'guest_credentials',
  'guest_context',
  'genesys_conversation_id',
  'end_cause',
  'guest_address',
  'webhook_url',
  'platform_report',
  'wrap_up',
  'holder',
];

/** Makes a database as the release before OAuth clients left it: its schema, with these live sessions. */
export async function createFirstSchema(
  config: StorageConfig,
  sessions: readonly Session[],
  audit: readonly FirstAuditRecord[] = [],
): Promise<void> {
  const db = await migratedTo(config, { '0001-initial-schema': initialSchema });
  for (const record of audit) await insertWithout(db, 'audit_record', record, []);
  for (const { snapshot } of sessions)
    await insertWithout(db, 'session', toRow(snapshot), ['oauth_client', ...SINCE_OWNERS]);
  await db.updateTable('counter').set({ value: sessions.length }).where('name', '=', 'slots').execute();
  await db.destroy();
}

/**
 * Makes a database as the release before claims left it: with these sessions, and all of their events pending for the
 * sinks.
 */
export async function createSecondSchema(
  config: StorageConfig,
  sessions: readonly Session[],
  sinks: readonly string[],
): Promise<void> {
  const db = await migratedTo(config, {
    '0001-initial-schema': initialSchema,
    '0002-oauth-client-of-a-session': oauthClientOfASession,
  });
  for (const session of sessions) {
    await insertWithout(db, 'session', toRow(session.snapshot), SINCE_OWNERS);
    for (const event of session.pullChanges().events) {
      await insertWithout(db, 'session_event', toEventRow(event), ['traceparent']);
      for (const sink of sinks)
        await insertWithout(db, 'delivery', toDeliveryRow(event, sink), ['claimed_by', 'claimed_until']);
    }
  }
  await db.destroy();
}

async function migratedTo(
  { databaseUrl, dataDir }: StorageConfig,
  released: Record<string, (dialect: Dialect) => Migration>,
): Promise<Kysely<Database>> {
  const dialect = databaseUrl === undefined ? 'sqlite' : 'postgres';
  const db = databaseUrl === undefined ? openSqlite(dataDir) : openPostgresForMigrations(databaseUrl);
  const migrations = Object.fromEntries(
    Object.entries(released).map(([name, make]) => [name, make(dialect)]),
  );
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('The earlier schema could not be made', { cause: error });
  return db;
}

async function insertWithout(
  db: Kysely<Database>,
  table: string,
  row: object,
  missing: readonly string[],
): Promise<void> {
  const columns = Object.entries(row).filter(([name]) => !missing.includes(name));
  const names = sql.join(columns.map(([name]) => sql.ref(name)));
  const values = sql.join(columns.map(([, value]) => value as unknown));
  await sql`insert into ${sql.table(table)} (${names}) values (${values})`.execute(db);
}
