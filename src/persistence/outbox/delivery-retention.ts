import { type Kysely, sql } from 'kysely';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { Database } from '../database/database';

/**
 * Removes the deliveries that were settled the longest ago, with their attempts; returns how many, at most `limit`.
 */
export async function purgeDeliveries(
  db: Kysely<Database>,
  status: Exclude<DeliveryStatus, 'pending'>,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await db
    .selectFrom('delivery')
    .select(['event_id', 'sink'])
    .where('status', '=', status)
    .where('settled_at', '<', before)
    .orderBy('settled_at')
    .limit(limit)
    .execute();
  if (rows.length === 0) return 0;
  const { numDeletedRows } = await db
    .deleteFrom('delivery')
    .where((eb) =>
      eb(
        eb.refTuple('event_id', 'sink'),
        'in',
        rows.map((row) => eb.tuple(row.event_id, row.sink)),
      ),
    )
    // An operator may have requeued one of them meanwhile.
    .where('status', '=', status)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Removes events from before the given time that no delivery refers to; returns how many, at most `limit`. */
export async function purgeEvents(db: Kysely<Database>, before: number, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('session_event')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('session_event as old')
        .select('old.id')
        .where('old.occurred_at', '<', before)
        .where(sql<boolean>`not exists (select 1 from delivery where delivery.event_id = old.id)`)
        .orderBy('old.occurred_at')
        .limit(limit),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
