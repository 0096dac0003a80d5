import { type Kysely, sql } from 'kysely';
import type { Database } from '../database/database';
import { forUpdate } from '../database/dialect';
import type { Work } from '../database/work';
import { COUNTERS } from '../replica/counters';

/** The position of a webhook that no receiver has verified yet. */
export const NEVER_VERIFIED = -1;

/** The last position in the feed that was assigned; that of the last event once `numberEvents` is over. */
export const LATEST = sql<number>`(select value from counter where name = ${COUNTERS.feed})`;

/** Serialises the creation of webhooks, so that their limit is exact. */
export async function lockPosition({ db, dialect }: Work): Promise<void> {
  const position = db.selectFrom('counter').select('value').where('name', '=', COUNTERS.webhooks);
  await forUpdate(dialect, position).execute();
}

/** Moves the position behind all events of the feed. */
export async function skipFeed(db: Kysely<Database>): Promise<void> {
  await db.updateTable('counter').set({ value: LATEST }).where('name', '=', COUNTERS.webhooks).execute();
}
