import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database';

const OF_DELETED = sql<boolean>`webhook_id in (select id from webhook where status = 'deleted')`;

/** Removes the deliveries that were settled the longest ago, with their attempts; returns how many, at most `limit`. */
export function purgeSettled(db: Kysely<Database>, before: number, limit: number): Promise<number> {
  return purgeSome(db, sql<boolean>`settled_at < ${before}`, sql`order by settled_at limit ${limit}`);
}

/** Removes deliveries of deleted webhooks; returns how many, at most `limit`. */
export function purgeDeliveriesOfDeleted(db: Kysely<Database>, limit: number): Promise<number> {
  return purgeSome(db, OF_DELETED, sql`limit ${limit}`);
}

/** Removes the queues of deleted webhooks, and those webhooks that have no deliveries. */
export async function purgeDeletedWebhooks(db: Kysely<Database>): Promise<void> {
  await db.deleteFrom('webhook_queue').where(OF_DELETED).execute();
  await db
    .deleteFrom('webhook')
    .where('status', '=', sql.lit('deleted'))
    .where(sql<boolean>`not exists (select 1 from webhook_delivery where webhook_id = webhook.id)`)
    .execute();
}

async function purgeSome(
  db: Kysely<Database>,
  condition: RawBuilder<boolean>,
  end: RawBuilder<unknown>,
): Promise<number> {
  // The condition again: a caller may have asked for one of them again meanwhile.
  const { numAffectedRows = 0n } = await sql`
    delete from webhook_delivery where ${condition} and (webhook_id, event_id) in (
      select webhook_id, event_id from webhook_delivery where ${condition} ${end})`.execute(db);
  return Number(numAffectedRows);
}
