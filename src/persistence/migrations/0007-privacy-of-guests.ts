import { type Kysely, type Migration, sql } from 'kysely';
import { guestRefOf } from '../../session/domain/guest-token';
import type { Dialect } from '../database/dialect';

/** Number of sessions that get their `guest_ref` in one statement. */
const PORTION = 500;

interface Row {
  readonly conversation_id: string;
  readonly guest_token: string;
}

/**
 * Columns that find a guest without decryption, mark its erasure and name the keys of encrypted texts, and an index
 * of sessions that ended long ago. Names and tokens from before stay in plain text, which is noted so that they get
 * encrypted.
 */
export function privacyOfGuests(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await addColumns(db);
      if (dialect === 'postgres') await nameGuestsAtOnce(db);
      else await nameGuests(db);
      await createIndexes(db);
      await createDataKey(db);
    },
  };
}

async function addColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('session')
    .addColumn('guest_ref', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.alterTable('session').addColumn('erased_at', 'bigint').execute();
}

async function nameGuestsAtOnce(db: Kysely<unknown>): Promise<void> {
  await sql`
    update session
    set guest_ref = left(encode(sha256(convert_to(guest_token, 'UTF8')), 'hex'), 32)`.execute(db);
}

/** SQLite has no SHA-256. */
async function nameGuests(db: Kysely<unknown>): Promise<void> {
  let after = '';
  for (;;) {
    const { rows } = await sql<Row>`
      select conversation_id, guest_token from session
      where conversation_id > ${after} order by conversation_id limit ${PORTION}`.execute(db);
    for (const row of rows) {
      await sql`
        update session set guest_ref = ${guestRefOf(row.guest_token)}
        where conversation_id = ${row.conversation_id}`.execute(db);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PORTION) return;
    after = last.conversation_id;
  }
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('session_of_guest').on('session').column('guest_ref').execute();
  await db.schema
    .createIndex('session_ended')
    .on('session')
    .column('ended_at')
    .where(sql.ref('ended_at'), 'is not', sql.lit(null))
    .execute();
}

async function createDataKey(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('data_key')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('proof', 'text', (column) => column.notNull())
    .execute();
  // No key has this id: it stands for plain text.
  await sql`insert into data_key (id, proof) select '', '' where exists (select 1 from session)`.execute(db);
}
