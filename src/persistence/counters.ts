import type { Kysely } from 'kysely';
import type { Database } from './database';

/** Counters by name; those not named stay as they are. */
export type CounterChanges = Readonly<Record<string, number>>;

/** The names of the counters; ended sessions have one per end reason. */
export const COUNTERS = {
  slots: 'slots',
  slotsOfClientPrefix: 'slots:',
  sessionsStarted: 'sessions-started',
  sessionsDisconnected: 'sessions-disconnected',
  endedPrefix: 'ended:',
  deliveries: 'deliveries',
  deliveryLatencyMs: 'delivery-latency-ms',
  /** The last place in the feed that was given. */
  feed: 'feed',
  /** Until when clients were given positions in clear as ids, in epoch milliseconds; 0 where they never were. */
  feedInClearUntil: 'feed-in-clear-until',
} as const;

/** The counter of the slots that the sessions of an OAuth client take. */
export function slotsOf(oauthClient: string): string {
  return COUNTERS.slotsOfClientPrefix + oauthClient;
}

/** Adds to counters, creating those that do not exist. One statement locks them, in the order of their names. */
export async function addToCounters(db: Kysely<Database>, changes: CounterChanges): Promise<void> {
  const rows = Object.entries(changes)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (rows.length === 0) return;
  await db
    .insertInto('counter')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('counter.value', '+', eb.ref('excluded.value')) })),
    )
    .execute();
}

/** Adds one to a counter, creating it if need be, unless it has reached its limit; returns whether it did. */
export async function takeOne(db: Kysely<Database>, name: string, limit: number): Promise<boolean> {
  return (await raise(db, name, limit)) || ((await create(db, name)) && raise(db, name, limit));
}

async function raise(db: Kysely<Database>, name: string, limit: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', name)
    .where('value', '<', limit)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Returns whether the counter may have been missing: a concurrent creation counts as one. */
async function create(db: Kysely<Database>, name: string): Promise<boolean> {
  const existing = await db.selectFrom('counter').select('name').where('name', '=', name).executeTakeFirst();
  if (existing !== undefined) return false;
  await db
    .insertInto('counter')
    .values({ name, value: 0 })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return true;
}

export async function readCounters(db: Kysely<Database>): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('counter').selectAll().execute();
  return new Map(rows.map((row) => [row.name, row.value]));
}
