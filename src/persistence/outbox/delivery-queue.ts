import {
  type CompiledQuery,
  type Kysely,
  type SelectQueryBuilder,
  sql,
  type UpdateQueryBuilder,
  type UpdateResult,
} from 'kysely';
import type { SessionEvent } from '../../session/domain/session-event';
import type { Delivery, DeliveryStatus } from '../../sync/domain/delivery';
import type { Claim } from '../../sync/ports/outbox.store';
import type { Database, DeliveryTable } from '../database/database';
import { isHeadOfQueue, isOpen } from './delivery.mapper';
import { type Dialect, ofFewLengths } from '../database/dialect';

/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/** The columns that a claim reads. */
export type ClaimedRow = Pick<
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

type Wanted = Pick<Claim, 'sink' | 'now' | 'limit' | 'except' | 'isProbe'> & { readonly isUntried?: boolean };

/** The heads of a sink's conversation queues that are due, or for a probe the next head; the longest overdue come first. */
export function dueHeads(
  db: Kysely<Database>,
  { sink, now, limit, except = [], isProbe = false, isUntried = false }: Wanted,
): SelectQueryBuilder<Database, 'delivery', ClaimedRow> {
  return db
    .selectFrom('delivery')
    .select(COLUMNS)
    .where('sink', '=', sink)
    .where('status', '=', PENDING)
    .$if(!isProbe, (query) => query.where('next_attempt_at', '<=', now))
    .$if(isUntried, (query) => query.where('attempts', '=', 0))
    .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
    .$if(except.length > 0, (query) => query.where('conversation_id', 'not in', ofFewLengths(except)))
    .where(isHeadOfQueue(now))
    .where(isOpen(sink, now))
    .orderBy('next_attempt_at')
    .orderBy('sequence')
    .limit(limit);
}

/**
 * Claims deliveries as requested. A probe prefers an event that was never refused: a refusal before says little about
 * the receiver, and many such events would keep it failing for long.
 */
export async function claimWanted(
  db: Kysely<Database>,
  dialect: Dialect,
  claim: Claim,
): Promise<readonly ClaimedRow[]> {
  const untried = claim.isProbe === true ? await claimHeads(db, dialect, { ...claim, isUntried: true }) : [];
  return untried.length > 0 ? untried : claimHeads(db, dialect, claim);
}

/**
 * Claims heads and returns them. SQLite belongs to one process, and its relay knows its deliveries in flight: writing a
 * claim would cost a synced commit and protect against nothing.
 */
async function claimHeads(
  db: Kysely<Database>,
  dialect: Dialect,
  claim: Claim & Wanted,
): Promise<readonly ClaimedRow[]> {
  if (dialect === 'sqlite') return dueHeads(db, claim).execute();
  if (db.isTransaction) return claimQueues(db, claim);
  return db.transaction().execute((transaction) => claimQueues(transaction, claim));
}

/**
 * Locks conversation queues until the end of the transaction, then reads them again: a delivery that becomes the head of a conversation queue
 * just now, because an operator requeued it, must not be claimed beside the former head. Skips conversation queues that another
 * relay is claiming instead of waiting for them.
 */
async function claimQueues(db: Kysely<Database>, claim: Claim & Wanted): Promise<readonly ClaimedRow[]> {
  const heads = dueHeads(db, claim).select('conversation_id');
  const locked = await db
    .with(
      (cte) => cte('heads').materialized(),
      () => heads.forUpdate().skipLocked(),
    )
    .selectFrom('heads')
    .select(COLUMNS)
    // Two-key locks never collide with one-key locks. Conversation queues with the same hashes are claimed one after another.
    .where(sql<boolean>`pg_try_advisory_xact_lock(hashtext(sink), hashtext(conversation_id))`)
    .orderBy('next_attempt_at')
    .orderBy('sequence')
    .execute();
  if (locked.length === 0) return [];
  const claimed = await markClaimed(
    db,
    claim,
    locked.map((row) => row.event_id),
  );
  return locked
    .filter((row) => claimed.has(row.event_id))
    .map((row) => ({ ...row, claimed_by: claim.relay }));
}

/** Returns those of the events that are still heads of their conversation queues. */
async function markClaimed(
  db: Kysely<Database>,
  { sink, relay, now, until }: Claim,
  eventIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .updateTable('delivery')
    .set({
      claimed_by: relay,
      claimed_until: until,
      // Nothing that is saved into the conversation queue meanwhile may wait behind a probe that was not due.
      next_attempt_at: sql<number>`least(next_attempt_at, ${now})`,
    })
    .where('sink', '=', sink)
    .where('event_id', 'in', eventIds)
    .where('status', '=', PENDING)
    .where(isHeadOfQueue(now))
    .returning('event_id')
    .execute();
  return new Set(rows.map((row) => row.event_id));
}

/**
 * Builds the statement that delays the deliveries behind a head as long as the head itself. They could not go before
 * it anyway, but every claim would have to skip those that are due and no heads.
 */
export function waitingBehind(
  db: Kysely<Database>,
  { event, sink }: Pick<Delivery, 'event' | 'sink'>,
  until: number,
): CompiledQuery {
  return neverTried(db, sink, event)
    .set({ next_attempt_at: until })
    .where('next_attempt_at', '<', until)
    .compile();
}

/** Builds the statement that undoes `waitingBehind` when the head is gone. */
export function hasteningBehind(
  db: Kysely<Database>,
  { event, sink }: Pick<Delivery, 'event' | 'sink'>,
  at: number,
): CompiledQuery {
  return neverTried(db, sink, event).set({ next_attempt_at: at }).where('next_attempt_at', '>', at).compile();
}

/**
 * Builds the statement that delays new deliveries as long as those before them in their conversation queues, if there can be any.
 */
export function queueingBehindWaiting(
  db: Kysely<Database>,
  events: readonly Pick<SessionEvent, 'id' | 'sequence'>[],
): CompiledQuery[] {
  const followers = events.filter(({ sequence }) => sequence > 1).map(({ id }) => id);
  if (followers.length === 0) return [];
  const before = sql`from delivery as other
    where other.sink = delivery.sink and other.conversation_id = delivery.conversation_id
      and other.status = 'pending' and other.sequence < delivery.sequence
      and other.next_attempt_at > delivery.next_attempt_at`;
  const statement = db
    .updateTable('delivery')
    .set({ next_attempt_at: sql<number>`(select max(other.next_attempt_at) ${before})` })
    .where('event_id', 'in', followers)
    .where(sql<boolean>`exists (select 1 ${before})`)
    .compile();
  return [statement];
}

/** Selects the pending deliveries behind an event in its conversation queue that have not failed themselves. */
function neverTried(
  db: Kysely<Database>,
  sink: string,
  { conversationId, sequence }: SessionEvent,
): UpdateQueryBuilder<Database, 'delivery', 'delivery', UpdateResult> {
  return db
    .updateTable('delivery')
    .where('sink', '=', sink)
    .where('conversation_id', '=', conversationId)
    .where('sequence', '>', sequence)
    .where('status', '=', PENDING)
    .where('attempts', '=', 0);
}

/** Makes all pending deliveries of a sink due. */
export async function releaseQueues(db: Kysely<Database>, sink: string, now: number): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ next_attempt_at: now })
    .where('sink', '=', sink)
    .where('status', '=', PENDING)
    .where('next_attempt_at', '>', now)
    .execute();
}
