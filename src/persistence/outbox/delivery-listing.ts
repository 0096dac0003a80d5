import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { statusIn } from '../../sync/domain/status-filter';
import type { DeliveryQuery } from '../../sync/ports/delivery-admin.store';
import type { Database, DeliveryTable, SessionEventTable } from '../database/database';

/** A delivery with the fields of its event. */
export type JoinedDelivery = Selectable<DeliveryTable> &
  Pick<SessionEventTable, 'state' | 'occurred_at' | 'metadata'>;

export type JoinedDeliveries = SelectQueryBuilder<Database, 'delivery' | 'session_event', JoinedDelivery>;

export function deliveriesWithEvents(db: Kysely<Database>): JoinedDeliveries {
  return db
    .selectFrom('delivery')
    .innerJoin('session_event', 'session_event.id', 'delivery.event_id')
    .selectAll('delivery')
    .select(['session_event.state', 'session_event.occurred_at', 'session_event.metadata']);
}

/**
 * A page of deliveries. An index yields the order: that of all, or of those with the status. A sink is compared within
 * it, without reading rows. The status is a literal: only then do both databases use the indexes of the few deliveries
 * that are pending or dead.
 */
export function deliveryListing(
  db: Kysely<Database>,
  { limit, after, conversationId, status, sink }: DeliveryQuery,
): JoinedDeliveries {
  const ids = db
    .selectFrom('session_event')
    .select('id')
    .where('conversation_id', '=', conversationId ?? '');
  return deliveriesWithEvents(db)
    .$if(status !== undefined, (query) =>
      query.where('delivery.status', '=', sql.lit(statusIn(status ?? 'dead'))),
    )
    .$if(status === 'failing', (query) => query.where('delivery.attempts', '>', 0))
    .$if(sink !== undefined, (query) => query.where('delivery.sink', '=', sink ?? ''))
    .$if(conversationId !== undefined, (query) => query.where('delivery.event_id', 'in', ids))
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb(
          eb.refTuple('delivery.queued_at', 'delivery.event_id', 'delivery.sink'),
          '<',
          eb.tuple(after?.queuedAt ?? 0, after?.eventId ?? '', after?.sink ?? ''),
        ),
      ),
    )
    .orderBy('delivery.queued_at', 'desc')
    .orderBy('delivery.event_id', 'desc')
    .orderBy('delivery.sink', 'desc')
    .limit(limit);
}
