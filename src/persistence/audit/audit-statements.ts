import { type CompiledQuery, type Selectable, sql } from 'kysely';
import { hashedTextAround, type UnlinkedRecord } from '../../audit/domain/audit-chain';
import type { ChainLink } from '../../audit/domain/chain-link';
import type { AuditRecord } from '../../audit/domain/audit-record';
import { toAuditRow, toUnlinkedRow, type UnlinkedRow } from './audit.mapper';
import type { AuditHeadTable, AuditRecordTable } from '../database/database';
import { databaseNow, forUpdate } from '../database/dialect';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';

type Head = Pick<Selectable<AuditHeadTable>, 'seq' | 'hash'> & { readonly now: number };

const locking = prepared((db, { chain }: { readonly chain: number }, dialect) =>
  forUpdate(
    dialect,
    db
      .selectFrom('audit_head')
      .select(['seq', 'hash', databaseNow(dialect).as('now')])
      .where('chain', '=', chain),
  ),
);

const moving = prepared((db, { chain, seq, hash }: AuditHeadTable) =>
  db.updateTable('audit_head').set({ seq, hash }).where('chain', '=', chain),
);

const inserting = prepared((db, { rows }: { readonly rows: readonly AuditRecordTable[] }) =>
  db.insertInto('audit_record').values(rows),
);

/** Locks the end of a chain and reads the database's clock. */
export async function lockHead(work: Work, chain: number): Promise<Head> {
  const [head] = (await work.ask(locking(work, { chain }))).rows;
  if (head === undefined) throw new Error(`There is no audit chain ${chain}.`);
  return head;
}

export function movingHead(work: Work, chain: number, { seq, hash }: ChainLink): CompiledQuery {
  return moving(work, { chain, seq, hash });
}

export function insertingRecords(work: Work, records: readonly AuditRecord[]): CompiledQuery {
  return inserting(work, { rows: records.map(toAuditRow) });
}

/** The columns of a record that the database gives it when it links it. */
export type AddedByDatabase = Pick<AuditRecordTable, 'seq' | 'at' | 'prev_hash' | 'hash'>;

interface Linking {
  readonly row: UnlinkedRow;
  readonly text: readonly string[];
}

/**
 * Appends a record to its chain on PostgreSQL, which hashes it as `hashOf` does, and returns what it has added. The
 * chain is locked by a statement before: this one has to see its end as that has left it. Without a head the record has
 * no number, which the database refuses.
 */
const linking = prepared((_, { row, text }: Linking) => {
  const columns = Object.entries(row) as [string, unknown][];
  const [beforeAt, beforeHash, beforeSeq, afterSeq] = text;
  return sql<AddedByDatabase>`
    with place as materialized (
      select audit_head.seq + 1 as seq, audit_head.hash as prev_hash, moment.at
      from (select cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint) as at) as moment
      left join audit_head on audit_head.chain = ${row.chain}),
    link as materialized (
      select place.*, encode(sha256(convert_to(
        ${beforeAt} || to_char(to_timestamp(place.at / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        || ${beforeHash} || place.prev_hash || ${beforeSeq} || cast(place.seq as text) || ${afterSeq}, 'UTF8')), 'hex') as hash
      from place),
    moved as (
      update audit_head set seq = link.seq, hash = link.hash from link where audit_head.chain = ${row.chain})
    insert into audit_record (${sql.join(columns.map(([name]) => sql.ref(name)))}, seq, at, prev_hash, hash)
    select ${sql.join(columns.map(([, value]) => value))}, seq, at, prev_hash, hash from link
    returning seq, at, prev_hash, hash`;
});

/** Locks the end of a chain. */
export function lockingHead(work: Work, chain: number): CompiledQuery {
  return locking(work, { chain });
}

export function linkingRecord(work: Work, record: UnlinkedRecord): CompiledQuery<AddedByDatabase> {
  return linking(work, { row: toUnlinkedRow(record), text: hashedTextAround(record) });
}
