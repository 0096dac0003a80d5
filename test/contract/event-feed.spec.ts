import { sql } from 'kysely';
import { FEED_START } from '../../src/events/domain/feed-event';
import type { FeedFilter } from '../../src/events/ports/event-feed';
import { COUNTERS } from '../../src/persistence/replica/counters';
import type { Dialect } from '../../src/persistence/database/dialect';
import { eventsAfter } from '../../src/persistence/feed/sql-event-feed';
import { eventsOfOwners } from '../../src/persistence/migrations/0015-events-of-owners';
import { createStorage, DIALECTS, type TestStorage, TestStores } from '../support/persistence-harness';

const EVENTS = 20_000;
/** One event in 500 is the caller's. */
const EVERY = 500;
const LIMIT = 10;
const HOUR_MS = 3_600_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

let storage: TestStorage;
let stores: TestStores;

/** Events 1 to 20,000, a second apart. Every 500th has the owner `small` and the conversation `short`. */
async function fill(): Promise<void> {
  const { db } = stores.connection;
  await sql`
    with recursive event (n) as (select 1 union all select n + 1 from event where n < ${sql.lit(EVENTS)})
    insert into conversation_event (position, id, conversation_id, owner, kind, at, body)
    select n, 'e' || n, case when n % ${sql.lit(EVERY)} = 0 then 'short' else 'long' end,
      case when n % ${sql.lit(EVERY)} = 0 then 'small' else 'large' end, 'state', 1000 * n, '{}' from event`.execute(
    db,
  );
  await db.updateTable('counter').set({ value: EVENTS }).where('name', '=', COUNTERS.feed).execute();
  await sql`analyze`.execute(db);
}

/** The nodes of the plan, on PostgreSQL with the rows that each read, discarded ones included. */
async function planOf(dialect: Dialect, filter: FeedFilter): Promise<string[]> {
  const query = eventsAfter(stores.connection.db, { position: 1_000, limit: LIMIT, ...filter });
  if (dialect === 'sqlite') {
    const plan = await query.explain<{ detail: string }>(undefined, sql`query plan`);
    return plan.map(({ detail }) => detail);
  }
  const [row] = await query.explain<Record<string, [{ Plan: PlanNode }]>>('json', sql`analyze`);
  const root = row?.['QUERY PLAN']?.[0].Plan;
  return [root, ...(root?.Plans ?? [])].filter((node) => node !== undefined).map(stepOf);
}

function stepOf(node: PlanNode): string {
  const index = node['Index Name'];
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  return `${node['Node Type']}${index === undefined ? '' : ` by ${index}`}: ${rows} rows`;
}

const FILTERS: [FeedFilter, string, string][] = [
  [{ owner: 'small' }, 'conversation_event_of_owner', 'owner'],
  [{ conversationId: 'short' }, 'conversation_event_of_conversation', 'conversation_id'],
];

describe.each(DIALECTS)('the feed among 20,000 events on %s', (dialect) => {
  beforeAll(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    await fill();
  });
  afterAll(async () => {
    await stores.close();
    await storage.remove();
  });

  it.each(FILTERS)(
    'reads for %j only matching events, in order by an index',
    async (filter, index, column) => {
      const found = await stores.feed.after(1_000, LIMIT, filter);

      expect(found.map(({ position }) => position)).toEqual(
        Array.from({ length: LIMIT }, (_, at) => 1_000 + (at + 1) * EVERY),
      );
      expect(await planOf(dialect, filter)).toEqual(
        {
          sqlite: [`SEARCH conversation_event USING INDEX ${index} (${column}=? AND position>?)`],
          postgres: ['Limit: 10 rows', `Index Scan by ${index}: 10 rows`],
        }[dialect],
      );
    },
  );

  it('starts at the first kept event, and ends at the last position, kept or not', async () => {
    const { db } = stores.connection;
    await db.deleteFrom('conversation_event').where('position', 'in', [1, 2, 7, EVENTS]).execute();

    expect(await Promise.all([FEED_START, 2, 3, 7, EVENTS].map((at) => stores.feed.reaches(at)))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(await stores.feed.latest()).toBe(EVENTS);
  });

  it('accepts plain positions only of events before the end of an upgrade, and none without an upgrade', async () => {
    const { db } = stores.connection;
    const isReached = (positions: readonly number[]): Promise<boolean[]> =>
      Promise.all(positions.map((position) => stores.feed.reachesInClear(position)));
    expect(await isReached([2, 7, 100])).toEqual([false, false, false]);

    await db
      .updateTable('counter')
      .set({ value: 50_000 })
      .where('name', '=', COUNTERS.feedInClearUntil)
      .execute();

    expect(await isReached([2, 7, 49, 50, 51, EVENTS])).toEqual([false, true, true, false, false, false]);
  });

  it('allows a day for an upgrade from the previous release when it has events', async () => {
    const { db } = stores.connection;
    await db.schema.dropIndex('conversation_event_of_owner').execute();
    await db.deleteFrom('counter').where('name', '=', COUNTERS.feedInClearUntil).execute();
    const before = Date.now();
    await eventsOfOwners(dialect).up(db);
    const { value } = await db
      .selectFrom('counter')
      .select('value')
      .where('name', '=', COUNTERS.feedInClearUntil)
      .executeTakeFirstOrThrow();

    expect(Math.abs(value - before - 24 * HOUR_MS)).toBeLessThan(HOUR_MS);
  });
});
