import {
  type CompiledQuery,
  type Kysely,
  type Selectable,
  type SelectQueryBuilder,
  sql,
  type UpdateQueryBuilder,
  type UpdateResult,
} from 'kysely';
import type { SessionEvent } from '../../session/domain/session-event';
import type { Delivery, DeliveryStatus } from '../../sync/domain/delivery';
import type { Claim } from '../../sync/ports/outbox.store';
import type { Database, DeliveryTable, SessionEventTable } from '../database/database';
import { type Buildable, prepared, type PreparedQuery, type QueryContext } from '../database/prepared';
import { isHeadOfQueue, isOpen } from './delivery.mapper';
import { ofFewLengths } from '../database/dialect';
import { inOneRoundTrip } from '../database/round-trip';

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

/** The values of the statements of a claim. */
interface HeadsWanted {
  readonly sink: string;
  readonly now: number;
  readonly limit: number;
  readonly except: readonly string[];
}

/** The heads that are due, and for a probe the next ones and those of them that were never tried. */
const HEADS = {
  due: findingHeads({}),
  next: findingHeads({ isProbe: true }),
  untried: findingHeads({ isProbe: true, isUntried: true }),
} as const;

function findingHeads(which: Pick<Wanted, 'isProbe' | 'isUntried'>): PreparedQuery<HeadsWanted, ClaimedRow> {
  return prepared((db, wanted, dialect) => {
    const heads = dueHeads(db, { ...wanted, ...which });
    return dialect === 'postgres' ? lockingQueues(db, heads) : heads;
  });
}

/** Claimed deliveries, and their events in any order. */
export interface Claimed {
  readonly rows: readonly ClaimedRow[];
  readonly events: readonly Selectable<SessionEventTable>[];
}

/**
 * Claims deliveries as requested; on PostgreSQL in a transaction. A probe prefers an event that was never refused: a
 * refusal before says little about the receiver, and many such events would keep it failing for long.
 */
export async function claimWanted(on: QueryContext, claim: Claim): Promise<Claimed> {
  if (claim.isProbe !== true) return claimHeads(on, claim, HEADS.due);
  const untried = await claimHeads(on, claim, HEADS.untried);
  return untried.rows.length > 0 ? untried : claimHeads(on, claim, HEADS.next);
}

/**
 * SQLite belongs to one process, and its relay knows its deliveries in flight: writing a claim would cost a synced commit
 * and protect against nothing.
 *
 * On PostgreSQL it locks conversation queues until the end of the transaction, then reads them again: a delivery that
 * becomes the head of a conversation queue just now, because an operator requeued it, must not be claimed beside the
 * former head.
 */
async function claimHeads(
  on: QueryContext,
  { sink, relay, now, until, limit, except = [] }: Claim,
  heads: PreparedQuery<HeadsWanted, ClaimedRow>,
): Promise<Claimed> {
  const wanted = { sink, now, limit, except: ofFewLengths(except) };
  const { rows } = await on.db.executeQuery(heads(on, wanted));
  if (rows.length === 0) return { rows, events: [] };
  const eventIds = ofFewLengths(rows.map((row) => row.event_id));
  const finding = findingEvents(on, { eventIds });
  if (on.dialect === 'sqlite') return { rows, events: (await on.db.executeQuery(finding)).rows };
  const [marked, events] = await inOneRoundTrip(on.db, [
    marking(on, { sink, relay, now, until, eventIds }),
    finding,
  ]);
  const claimed = new Set(
    (marked?.rows as readonly Pick<ClaimedRow, 'event_id'>[]).map((row) => row.event_id),
  );
  return {
    rows: rows.filter((row) => claimed.has(row.event_id)).map((row) => ({ ...row, claimed_by: relay })),
    events: events?.rows as Claimed['events'],
  };
}

const findingEvents = prepared((db, { eventIds }: Pick<Marking, 'eventIds'>) =>
  db.selectFrom('session_event').selectAll().where('id', 'in', eventIds),
);

/** Skips conversation queues that another relay is claiming instead of waiting for them. */
function lockingQueues(
  db: Kysely<Database>,
  dueNow: SelectQueryBuilder<Database, 'delivery', ClaimedRow>,
): Buildable<ClaimedRow> {
  return (
    db
      .with(
        (cte) => cte('heads').materialized(),
        () => dueNow.select('conversation_id').forUpdate().skipLocked(),
      )
      .selectFrom('heads')
      .select(COLUMNS)
      // Two-key locks never collide with one-key locks. Conversation queues with the same hashes are claimed one after another.
      .where(sql<boolean>`pg_try_advisory_xact_lock(hashtext(sink), hashtext(conversation_id))`)
      .orderBy('next_attempt_at')
      .orderBy('sequence')
  );
}

interface Marking extends Pick<Claim, 'sink' | 'relay' | 'now' | 'until'> {
  readonly eventIds: readonly string[];
}

/** Returns those of the events that are still heads of their conversation queues. */
const marking = prepared((db, { sink, relay, now, until, eventIds }: Marking) =>
  db
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
    .returning('event_id'),
);

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

const delaying = prepared((db, { followers }: { readonly followers: readonly string[] }) => {
  const before = sql`from delivery as other
    where other.sink = delivery.sink and other.conversation_id = delivery.conversation_id
      and other.status = 'pending' and other.sequence < delivery.sequence
      and other.next_attempt_at > delivery.next_attempt_at`;
  return db
    .updateTable('delivery')
    .set({ next_attempt_at: sql<number>`(select max(other.next_attempt_at) ${before})` })
    .where('event_id', 'in', followers)
    .where(sql<boolean>`exists (select 1 ${before})`);
});

/**
 * Builds the statement that delays new deliveries as long as those before them in their conversation queues, if there can be any.
 */
export function queueingBehindWaiting(
  on: QueryContext,
  events: readonly Pick<SessionEvent, 'id' | 'sequence'>[],
): CompiledQuery[] {
  const followers = events.filter(({ sequence }) => sequence > 1).map(({ id }) => id);
  return followers.length === 0 ? [] : [delaying(on, { followers })];
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
