import { type Kysely, type Migration, sql } from 'kysely';
import { CHAIN_COUNT, chainOf, linked } from '../../audit/domain/audit-chain';
import { type ChainLink, CHAIN_START } from '../../audit/domain/chain-link';
import type { AuditAction, AuditDetail } from '../../audit/domain/audit-record';
import { toAuditRow } from '../audit/audit.mapper';
import type { Database } from '../database/database';
import type { Dialect } from '../database/dialect';
import { guardAuditTables } from './0006-audit-guards';

const BATCH = 500;

interface EarlierRecord {
  readonly seq: number;
  readonly at: number;
  readonly action: AuditAction;
  readonly conversation_id: string;
  readonly request_id: string | null;
  readonly detail: string;
}

/**
 * Chains the audit trail, protects it from changes, and lets retention drop it by whole segments. Records from before
 * are chained in the order in which they were written; their actor is unknown.
 */
export function auditChain(dialect: Dialect): Migration {
  return {
    up: async (db: Kysely<Database>) => {
      await db.schema.alterTable('audit_record').renameTo('audit_record_before').execute();
      await createRecord(db, dialect);
      await createHead(db);
      await createSegment(db);
      await chainEarlierRecords(db);
      await db.schema.dropTable('audit_record_before').execute();
      await createIndexes(db);
      await guardAuditTables(db, dialect);
    },
  };
}

async function createRecord(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  const table = db.schema
    .createTable('audit_record')
    .addColumn('chain', 'integer', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor_type', 'text', (column) => column.notNull())
    .addColumn('actor_name', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('target_type', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('request_id', 'text')
    .addColumn('before_state', 'text')
    .addColumn('after_state', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('prev_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_record_key', ['chain', 'seq']);
  // Every index is another page to write with each record.
  await (dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table).execute();
}

async function createHead(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('audit_head')
    .addColumn('chain', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  const heads = Array.from({ length: CHAIN_COUNT }, (_, chain) => ({ chain, ...CHAIN_START }));
  await db.insertInto('audit_head').values(heads).execute();
}

async function createSegment(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('audit_segment')
    .addColumn('chain', 'integer', (column) => column.notNull())
    .addColumn('first_seq', 'bigint', (column) => column.notNull())
    .addColumn('last_seq', 'bigint', (column) => column.notNull())
    .addColumn('last_hash', 'text', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('dropped_at', 'bigint')
    .addPrimaryKeyConstraint('audit_segment_key', ['chain', 'first_seq'])
    .execute();
}

async function createIndexes(db: Kysely<Database>): Promise<void> {
  const index = (name: string) => db.schema.createIndex(name).on('audit_record');
  await index('audit_record_newest').columns(['at', 'chain', 'seq']).execute();
  await index('audit_record_of_conversation').columns(['conversation_id', 'at']).execute();
  await index('audit_record_of_actor').columns(['actor_name', 'at']).execute();
}

async function chainEarlierRecords(db: Kysely<Database>): Promise<void> {
  const heads = new Map<number, ChainLink>();
  for (let last = 0, found = BATCH; found === BATCH;) {
    const { rows } = await sql<EarlierRecord>`
      select * from audit_record_before where seq > ${last} order by seq limit ${BATCH}`.execute(db);
    const records = rows.map((row) => {
      const subject = row.conversation_id === '' ? 'earlier' : row.conversation_id;
      const chain = chainOf(subject);
      const record = linked(contentOf(row, chain), heads.get(chain) ?? CHAIN_START);
      heads.set(chain, record);
      return record;
    });
    if (records.length > 0) await db.insertInto('audit_record').values(records.map(toAuditRow)).execute();
    last = rows.at(-1)?.seq ?? last;
    found = rows.length;
  }
  for (const [chain, { seq, hash }] of heads)
    await db.updateTable('audit_head').set({ seq, hash }).where('chain', '=', chain).execute();
}

function contentOf(row: EarlierRecord, chain: number): Parameters<typeof linked>[0] {
  const conversationId = row.conversation_id === '' ? null : row.conversation_id;
  return {
    schema: 1,
    chain,
    at: new Date(row.at).toISOString(),
    actor: { type: 'unknown', name: '' },
    action: row.action,
    target: { type: conversationId === null ? 'sink' : 'session', id: conversationId ?? '' },
    conversationId,
    outcome: ['SESSION_FAILED', 'CRM_SYNC_FAILED'].includes(row.action) ? 'failure' : 'success',
    reason: null,
    requestId: row.request_id,
    before: null,
    after: null,
    detail: JSON.parse(row.detail) as AuditDetail,
  };
}
