import { type Kysely, sql } from 'kysely';
import { type BatchableQuery, batchable } from '../database/batchable';
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

const addingOnce = prepared((db, { rows }: { readonly rows: readonly CounterTable[] }) =>
  db
    .insertInto('counter')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('counter.value', '+', eb.ref('excluded.value')) })),
    ),
);

const addingSums = prepared(
  (_, { json }: { readonly json: string }) => sql`
    insert into counter (name, value)
    select name, value from json_populate_recordset(cast(null as counter), ${json})
    on conflict (name) do update set value = counter.value + excluded.value`,
);

const adding = batchable(addingOnce, {
  statement: (on, all) => addingSums(on, { json: JSON.stringify(sumsOf(all.flatMap(({ rows }) => rows))) }),
  isShared: true,
});

/** One row of each name, in the order of the names. */
function sumsOf(rows: readonly CounterTable[]): readonly CounterTable[] {
  const sums = new Map<string, number>();
  for (const { name, value } of rows) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Builds the statement that adds to counters and creates missing ones; none if there is nothing to add. It locks them
 * in the order of their names.
 */
export function addingToCounters(on: QueryContext, changes: CounterChanges): BatchableQuery[] {
  const rows = sumsOf(Object.entries(changes).map(([name, value]) => ({ name, value })));
  return rows.length === 0 ? [] : [adding(on, { rows })];
}

export async function readCounters(db: Kysely<Database>): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('counter').selectAll().execute();
  return new Map(rows.map((row) => [row.name, row.value]));
}
