import { type RawBuilder, sql } from 'kysely';
import { hashedTextAround, type UnlinkedRecord } from '../../audit/domain/audit-chain';
import { type BatchableQuery, batchable } from '../database/batchable';
import type { AuditRecordTable } from '../database/database';
import { columnsOf } from '../database/inserting-rows';
import { prepared, type QueryContext } from '../database/prepared';
import { toUnlinkedRow, type UnlinkedRow } from './audit.mapper';

/** The columns of a record that PostgreSQL gives it when it links it. */
export type AddedByDatabase = Pick<AuditRecordTable, 'seq' | 'at' | 'prev_hash' | 'hash'>;

interface Linking {
  readonly row: UnlinkedRow;
  readonly text: readonly string[];
}

/** The records of one transaction. */
interface Linkings {
  readonly records: readonly Linking[];
}

/** The records of several transactions, with the number of the transaction. */
interface LinkedRow extends AddedByDatabase {
  readonly transaction: number;
}

/**
 * Appends a record to its chain, hashed as `hashOf` does, and returns what it has added. The chain is locked by a
 * statement before: this one has to see its end as that has left it. Without a head the record has no number, which the
 * database refuses.
 */
const linkingOne = prepared((_, { row, text }: Linking) => {
  const [beforeAt, beforeHash, beforeSeq, afterSeq] = text;
  const hash = hashing({ at: sql`place.at`, prevHash: sql`place.prev_hash`, seq: sql`place.seq` }, [
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
    insert into audit_record (${columnsOf(row)}, seq, at, prev_hash, hash)
    select ${sql.join(Object.values(row))}, seq, at, prev_hash, hash from link
    returning seq, at, prev_hash, hash`;
});

interface JsonLinkings {
  /** Has the names of the columns. */
  readonly sample: UnlinkedRow;
  readonly json: string;
}

/**
 * Appends several records, those of a chain in the order given, each behind the one before it. `nth` counts the records
 * of a chain, from 1.
 */
const linkingAll = prepared((_, { sample, json }: JsonLinkings) => {
  const values = Object.keys(sample).map((name) => sql`(record.row).${sql.ref(name)}`);
  const hash = hashing({ at: sql`moment.at`, prevHash: sql`place.hash`, seq: sql`place.seq + 1` }, [
    sql`(record.text ->> 0)`,
    sql`(record.text ->> 1)`,
    sql`(record.text ->> 2)`,
    sql`(record.text ->> 3)`,
  ]);
  return sql<LinkedRow>`
    with recursive
    record as materialized (
      select * from json_to_recordset(${json})
        as record(index integer, transaction integer, nth integer, chain integer, text json, row audit_record)),
    moment as materialized (select ${NOW} as at),
    place (chain, nth, index, transaction, seq, at, prev_hash, hash) as (
      select chain, 0, 0, 0, seq, cast(0 as bigint), '', hash from audit_head
      where chain in (select chain from record)
      union all
      select record.chain, record.nth, record.index, record.transaction, place.seq + 1, moment.at, place.hash, ${hash}
      from place
      join record on record.chain = place.chain and record.nth = place.nth + 1
      cross join moment),
    moved as (
      update audit_head set seq = place.seq, hash = place.hash
      from place
      where audit_head.chain = place.chain
        and place.nth = (select max(nth) from record where record.chain = place.chain)),
    inserted as (
      insert into audit_record (${columnsOf(sample)}, seq, at, prev_hash, hash)
      select ${sql.join(values)}, place.seq, place.at, place.prev_hash, place.hash
      from record left join place on place.index = record.index and place.nth > 0)
    select transaction, seq, at, prev_hash, hash from place where nth > 0 order by index`;
});

const NOW = sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`;

/** Hashes like `hashOf` a record with these values between the parts of its text. */
function hashing(
  { at, prevHash, seq }: Readonly<Record<'at' | 'prevHash' | 'seq', RawBuilder<unknown>>>,
  [beforeAt, beforeHash, beforeSeq, afterSeq]: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const written = sql`to_char(to_timestamp(${at} / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return sql`encode(sha256(convert_to(
    ${beforeAt} || ${written} || ${beforeHash} || ${prevHash} || ${beforeSeq} || cast(${seq} as text) || ${afterSeq},
    'UTF8')), 'hex')`;
}

const linking = batchable<Linkings, AddedByDatabase>(
  (on, { records }) => {
    const [first] = records;
    return first !== undefined && records.length === 1 ? linkingOne(on, first) : linkingEach(on, [records]);
  },
  {
    statement: (on, all) =>
      linkingEach(
        on,
        all.map(({ records }) => records),
      ),
    resultAt: (result, index) => ({
      rows: (result?.rows as readonly LinkedRow[]).filter(({ transaction }) => transaction === index),
    }),
    isShared: true,
  },
);

function linkingEach(
  on: QueryContext,
  transactions: readonly (readonly Linking[])[],
): ReturnType<typeof linkingAll> {
  const lengths = new Map<number, number>();
  const records = transactions.flatMap((linkings, transaction) =>
    linkings.map(({ row, text }) => {
      const nth = (lengths.get(row.chain) ?? 0) + 1;
      lengths.set(row.chain, nth);
      return { transaction, nth, chain: row.chain, text, row };
    }),
  );
  const [first] = records;
  if (first === undefined) throw new Error('There is no record to link.');
  const json = JSON.stringify(records.map((record, index) => ({ index, ...record })));
  return linkingAll(on, { sample: first.row, json });
}

const locking = prepared(
  (_, { json }: { readonly json: string }) => sql`
    select chain from audit_head
    where chain in (select cast(value as integer) from json_array_elements_text(${json}))
    order by chain for update`,
);

const lockingHeads = batchable(
  (on: QueryContext, { chains }: { readonly chains: readonly number[] }) =>
    locking(on, { json: JSON.stringify(chains) }),
  {
    statement: (on, all) => locking(on, { json: JSON.stringify(all.flatMap(({ chains }) => chains)) }),
    isShared: true,
  },
);

/** Locks the ends of chains, in the order of their numbers. */
export function lockingHeadsOf(on: QueryContext, chains: readonly number[]): BatchableQuery {
  return lockingHeads(on, { chains });
}

/** Appends the records of a transaction to their chains, and returns for each, in their order, what PostgreSQL has added. */
export function linkingRecords(
  on: QueryContext,
  records: readonly UnlinkedRecord[],
): BatchableQuery<AddedByDatabase> {
  return linking(on, {
    records: records.map((record) => ({ row: toUnlinkedRow(record), text: hashedTextAround(record) })),
  });
}
