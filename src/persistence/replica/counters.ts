import type { CompiledQuery, Kysely } from 'kysely';
import type { CounterTable, Database } from '../database/database';
import { prepared, type QueryContext } from '../database/prepared';

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
  /** The last position in the feed that was assigned. */
  feed: 'feed',
  /** The position up to which the feed was read for the webhooks. */
  webhooks: 'webhooks',
  /** The end of the time in which clients got plain positions as ids, in epoch milliseconds; 0 if they never did. */
  feedInClearUntil: 'feed-in-clear-until',
} as const;

/** The counter of the slots that the sessions of an OAuth client take. */
export function slotsOf(oauthClient: string): string {
  return COUNTERS.slotsOfClientPrefix + oauthClient;
}

const adding = prepared((db, { rows }: { readonly rows: readonly CounterTable[] }) =>
  db
    .insertInto('counter')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('counter.value', '+', eb.ref('excluded.value')) })),
    ),
);

/**
 * Builds the statement that adds to counters and creates missing ones; none if there is nothing to add. It locks them
 * in the order of their names.
 */
export function addingToCounters(on: QueryContext, changes: CounterChanges): CompiledQuery[] {
  const rows = Object.entries(changes)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return rows.length === 0 ? [] : [adding(on, { rows })];
}

export async function readCounters(db: Kysely<Database>): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('counter').selectAll().execute();
  return new Map(rows.map((row) => [row.name, row.value]));
}
