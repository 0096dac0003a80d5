import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditSegmentTable, Database } from '../database/database';
import { databaseNow } from '../database/dialect';
import type { Work } from '../database/work';

type Segment = Selectable<AuditSegmentTable>;

/**
 * Makes one segment of every chain that has records older than `before` outside of a segment, with at most `limit`
 * records; returns the number of segments. A segment ends with the last record that is old enough, so a clock that
 * was set back in between does no harm.
 */
export async function sealSegments(db: Kysely<Database>, before: number, limit: number): Promise<number> {
  const { rows } = await sql<Omit<Segment, 'dropped_at'>>`
    select open.chain, open.first_seq, record.seq as last_seq, record.hash as last_hash, record.at as last_at
    from (
      select sealed.chain, sealed.after + 1 as first_seq, (
        select max(r.seq) from audit_record r
        where r.chain = sealed.chain and r.seq > sealed.after and r.seq <= sealed.after + ${limit}
          and r.at < ${before}) as last_seq
      from (
        select head.chain, coalesce((
          select max(s.last_seq) from audit_segment s where s.chain = head.chain), 0) as after
        from audit_head head) sealed) open
    join audit_record record on record.chain = open.chain and record.seq = open.last_seq`.execute(db);
  if (rows.length > 0)
    await db
      .insertInto('audit_segment')
      .values(rows.map((row) => ({ ...row, dropped_at: null })))
      .execute();
  return rows.length;
}

/** Drops the oldest segment of any chain if it ended before the given moment; returns it. */
export async function dropSegment({ db, dialect }: Work, before: number): Promise<Segment | undefined> {
  const segment = await db
    .selectFrom('audit_segment')
    .selectAll()
    .where('dropped_at', 'is', null)
    .where('last_at', '<', before)
    // A chain is only ever dropped from its beginning.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('audit_segment as earlier')
            .select('earlier.chain')
            .whereRef('earlier.chain', '=', 'audit_segment.chain')
            .whereRef('earlier.first_seq', '<', 'audit_segment.first_seq')
            .where('earlier.dropped_at', 'is', null),
        ),
      ),
    )
    .orderBy('last_at')
    .limit(1)
    .executeTakeFirst();
  if (segment === undefined) return undefined;
  const { numUpdatedRows } = await db
    .updateTable('audit_segment')
    .set({ dropped_at: databaseNow(dialect) })
    .where('chain', '=', segment.chain)
    .where('first_seq', '=', segment.first_seq)
    .where('dropped_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return undefined;
  await db
    .deleteFrom('audit_record')
    .where('chain', '=', segment.chain)
    .where('seq', '>=', segment.first_seq)
    .where('seq', '<=', segment.last_seq)
    .execute();
  return segment;
}
