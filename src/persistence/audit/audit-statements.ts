import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely';
import { hashedTextAround, type UnlinkedRecord } from '../../audit/domain/audit-chain';
import type { ChainLink } from '../../audit/domain/chain-link';
import type { AuditRecord } from '../../audit/domain/audit-record';
import { toAuditRow, toUnlinkedRow, type UnlinkedRow } from './audit.mapper';
import { type BatchableQuery, batchable } from '../database/batchable';
import type { AuditHeadTable, AuditRecordTable } from '../database/database';
import { databaseNow, forUpdate } from '../database/dialect';
import { prepared, type QueryContext } from '../database/prepared';
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
const linkingOne = prepared((_, { row, text }: Linking) => {
  const columns = Object.entries(row) as [string, unknown][];
  const [beforeAt, beforeHash, beforeSeq, afterSeq] = text;
  const hash = hashing(sql`place.at`, sql`place.prev_hash`, sql`place.seq`, [
    sql`${beforeAt}`,
    sql`${beforeHash}`,
    sql`${beforeSeq}`,
    sql`${afterSeq}`,
  ]);
  return sql<AddedByDatabase>`
    with place as materialized (
      select audit_head.seq + 1 as seq, audit_head.hash as prev_hash, moment.at
      from (select ${NOW} as at) as moment
      left join audit_head on audit_head.chain = ${row.chain}),
    link as materialized (select place.*, ${hash} as hash from place),
    moved as (
      update audit_head set seq = link.seq, hash = link.hash from link where audit_head.chain = ${row.chain})
    insert into audit_record (${sql.join(columns.map(([name]) => sql.ref(name)))}, seq, at, prev_hash, hash)
    select ${sql.join(columns.map(([, value]) => value))}, seq, at, prev_hash, hash from link
    returning seq, at, prev_hash, hash`;
});

interface JsonLinkings {
  /** Has the names of the columns. */
  readonly sample: object;
  readonly json: string;
}

/**
 * Appends the records of a batch, those of a chain in the order given, each behind the one before it. `nth` counts the
 * records of a chain, from 1.
 */
const linkingAll = prepared((_, { sample, json }: JsonLinkings) => {
  const columns = sql.join(Object.keys(sample).map((name) => sql.ref(name)));
  const hash = hashing(sql`moment.at`, sql`place.hash`, sql`place.seq + 1`, [
    sql`(record.text ->> 0)`,
    sql`(record.text ->> 1)`,
    sql`(record.text ->> 2)`,
    sql`(record.text ->> 3)`,
  ]);
  return sql<AddedByDatabase & { readonly index: number }>`
    with recursive
    record as materialized (
      select * from json_to_recordset(${json}) as record(index integer, nth integer, chain integer, text json, row audit_record)),
    moment as materialized (select ${NOW} as at),
    place (chain, nth, index, seq, at, prev_hash, hash) as (
      select chain, 0, -1, seq, cast(0 as bigint), '', hash from audit_head
      where chain in (select chain from record)
      union all
      select record.chain, record.nth, record.index, place.seq + 1, moment.at, place.hash, ${hash}
      from place
      join record on record.chain = place.chain and record.nth = place.nth + 1
      cross join moment),
    moved as (
      update audit_head set seq = place.seq, hash = place.hash
      from place
      where audit_head.chain = place.chain
        and place.nth = (select max(nth) from record where record.chain = place.chain)),
    inserted as (
      insert into audit_record (${columns}, seq, at, prev_hash, hash)
      select ${sql.join(Object.keys(sample).map((name) => sql`(record.row).${sql.ref(name)}`))}, place.seq, place.at, place.prev_hash, place.hash
      from record left join place on place.index = record.index)
    select index, seq, at, prev_hash, hash from place where nth > 0 order by index`;
});

const NOW = sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`;

/** As `hashOf` does, of a record with these values between the parts of its text. */
function hashing(
  at: RawBuilder<unknown>,
  prevHash: RawBuilder<unknown>,
  seq: RawBuilder<unknown>,
  [beforeAt, beforeHash, beforeSeq, afterSeq]: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const written = sql`to_char(to_timestamp(${at} / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return sql`encode(sha256(convert_to(
    ${beforeAt} || ${written} || ${beforeHash} || ${prevHash} || ${beforeSeq} || cast(${seq} as text) || ${afterSeq}, 'UTF8')), 'hex')`;
}

const linking = batchable(linkingOne, {
  statement: (on, all) => {
    const [first] = all;
    if (first === undefined) return undefined;
    const lengths = new Map<number, number>();
    const records = all.map(({ row, text }, index) => {
      const nth = (lengths.get(row.chain) ?? 0) + 1;
      lengths.set(row.chain, nth);
      return { index, nth, chain: row.chain, text, row };
    });
    return linkingAll(on, { sample: first.row, json: JSON.stringify(records) });
  },
  resultAt: (result, index) => ({ rows: result?.rows.slice(index, index + 1) ?? [] }),
});

/** Locks the ends of chains, in the order of their numbers. */
const lockingHeads = batchable(
  prepared((db, { chains }: { readonly chains: readonly number[] }) =>
    db.selectFrom('audit_head').select('chain').where('chain', 'in', chains).orderBy('chain').forUpdate(),
  ),
  {
    statement: (on, all) => lockingChains(on, [...new Set(all.flatMap(({ chains }) => chains))]),
  },
);

const lockingAll = prepared(
  (_, { json }: { readonly json: string }) =>
    sql`select chain from audit_head
    where chain in (select cast(value as integer) from json_array_elements_text(${json})) order by chain for update`,
);

function lockingChains(on: QueryContext, chains: readonly number[]): CompiledQuery {
  return lockingAll(on, { json: JSON.stringify(chains) });
}

/** Locks the ends of chains. */
export function lockingHeadsOf(work: Work, chains: readonly number[]): BatchableQuery {
  return lockingHeads(work, { chains });
}

export function linkingRecord(work: Work, record: UnlinkedRecord): BatchableQuery<AddedByDatabase> {
  return linking(work, { row: toUnlinkedRow(record), text: hashedTextAround(record) });
}
