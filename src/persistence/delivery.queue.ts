import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { DeliveryStatus } from '../sync/domain/delivery';
import type { Claim } from '../sync/ports/outbox.store';
import type { Database, DeliveryTable } from './database';
import { isHeadOfLane, isOpen } from './delivery.mapper';
import type { Dialect } from './dialect';

/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/** What a claim needs of a row. */
type ClaimedRow = Pick<
  DeliveryTable,
  'event_id' | 'sink' | 'attempts' | 'queued_at' | 'next_attempt_at' | 'sequence' | 'claimed_by'
>;

const COLUMNS = [
  'event_id',
  'sink',
  'attempts',
  'queued_at',
  'next_attempt_at',
  'sequence',
  'claimed_by',
] as const;

/** The heads of a sink's lanes that are due, or whichever comes next for a probe; the longest overdue first. */
export function dueHeads(
  db: Kysely<Database>,
  {
    sink,
    now,
    limit,
    except = [],
    isProbe = false,
  }: Pick<Claim, 'sink' | 'now' | 'limit' | 'except' | 'isProbe'>,
): SelectQueryBuilder<Database, 'delivery', ClaimedRow> {
  return db
    .selectFrom('delivery')
    .select(COLUMNS)
    .where('sink', '=', sink)
    .where('status', '=', PENDING)
    .$if(!isProbe, (query) => query.where('next_attempt_at', '<=', now))
    .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
    .$if(except.length > 0, (query) => query.where('conversation_id', 'not in', except))
    .where(isHeadOfLane(now))
    .where(isOpen(sink, now))
    .orderBy('next_attempt_at')
    .orderBy('sequence')
    .limit(limit);
}

/**
 * Claims heads and returns them. SQLite belongs to one process, whose relay knows what it has in hand: writing a
 * claim down would cost a synced commit and protect from nobody.
 */
export async function claimHeads(
  db: Kysely<Database>,
  dialect: Dialect,
  claim: Claim,
): Promise<readonly ClaimedRow[]> {
  const heads = dueHeads(db, claim);
  if (dialect === 'sqlite') return heads.execute();
  const rows = await db
    .with('heads', () => heads.clearSelect().select(['event_id', 'sink']).forUpdate().skipLocked())
    .updateTable('delivery')
    .from('heads')
    .set({ claimed_by: claim.relay, claimed_until: claim.until })
    .whereRef('delivery.event_id', '=', 'heads.event_id')
    .whereRef('delivery.sink', '=', 'heads.sink')
    .returning(COLUMNS.map((column) => `delivery.${column}` as const))
    .execute();
  return rows.sort((a, b) => a.next_attempt_at - b.next_attempt_at || a.sequence - b.sequence);
}

/** Makes every pending delivery of a sink due that is not. */
export async function releaseLanes(db: Kysely<Database>, sink: string, now: number): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ next_attempt_at: now })
    .where('sink', '=', sink)
    .where('status', '=', PENDING)
    .where('next_attempt_at', '>', now)
    .execute();
}
