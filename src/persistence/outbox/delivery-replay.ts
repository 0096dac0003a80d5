import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { ReplaySelection } from '../../sync/ports/delivery-admin.store';
import type { Database, SessionEventTable } from '../database/database';

/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/** Selects the deliveries of these events, to one sink or to all. */
export interface DeliveriesOf {
  readonly eventIds: readonly string[] | SelectQueryBuilder<Database, 'session_event', { id: string }>;
  readonly sink?: string;
  /** Skips deliveries queued at this very moment: an earlier step of the same replay queued them. */
  readonly unlessQueuedAt?: number;
}

/** The selected events after the given one, in the order in which they happened. */
export function selectedEvents(
  db: Kysely<Database>,
  { conversationId, from, to }: ReplaySelection,
  after: Pick<SessionEventTable, 'occurred_at' | 'id'> | undefined,
): SelectQueryBuilder<
  Database,
  'session_event',
  Pick<SessionEventTable, 'id' | 'conversation_id' | 'occurred_at'>
> {
  let query = db.selectFrom('session_event').select(['id', 'conversation_id', 'occurred_at']);
  if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
  if (from !== undefined) query = query.where('occurred_at', '>=', from);
  if (to !== undefined) query = query.where('occurred_at', '<', to);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('occurred_at', 'id'), '>', eb.tuple(after.occurred_at, after.id)),
    );
  }
  return query.orderBy('occurred_at').orderBy('id');
}

/** Makes delivered and dead deliveries pending again; returns how many. */
export async function queueAnew(
  db: Kysely<Database>,
  { eventIds, sink, unlessQueuedAt }: DeliveriesOf,
  at: number,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('delivery')
    .set({
      status: 'pending',
      attempts: 0,
      queued_at: at,
      next_attempt_at: at,
      settled_at: null,
      last_error: null,
    })
    .where('event_id', 'in', eventIds)
    .$if(sink !== undefined, (query) => query.where('sink', '=', sink ?? ''))
    .where('status', '<>', PENDING)
    .$if(unlessQueuedAt !== undefined, (query) => query.where('queued_at', '<>', unlessQueuedAt ?? at))
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** Makes pending deliveries due; returns how many were not. A delivery that a relay has claimed stays claimed. */
export async function hasten(
  db: Kysely<Database>,
  { eventIds, sink }: DeliveriesOf,
  at: number,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('delivery')
    .set({ next_attempt_at: at })
    .where('event_id', 'in', eventIds)
    .$if(sink !== undefined, (query) => query.where('sink', '=', sink ?? ''))
    .where('status', '=', PENDING)
    .where('next_attempt_at', '>', at)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
