import { sql } from 'kysely';
import { mergedFigures } from '../../src/persistence/statistics/sql-statistics.store';
import { type PointFigure, StatisticsStore } from '../../src/statistics/ports/statistics.store';
import { FakeStatisticsStore } from '../../src/statistics/ports/statistics.store.fake';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const MINUTE = 60_000;
const START = 1_800_000_000_000;

const subjects = [
  ...DIALECTS.map((dialect) => {
    let storage: TestStorage;
    let stores: TestStores;
    return {
      name: dialect,
      open: async (): Promise<StatisticsStore> => {
        storage = await createStorage(dialect);
        stores = await TestStores.open(storage.config);
        return stores.statistics;
      },
      close: async (): Promise<void> => {
        await stores.close();
        await storage.remove();
      },
    };
  }),
  {
    name: 'the fake',
    open: (): Promise<StatisticsStore> => Promise.resolve(new FakeStatisticsStore()),
    close: (): Promise<void> => Promise.resolve(),
  },
];

describe.each(subjects)(`${StatisticsStore.name} on $name`, ({ open, close }) => {
  let store: StatisticsStore;

  beforeEach(async () => {
    store = await open();
  });

  afterEach(async () => {
    await close();
  });

  const figuresIn = (minute: number, replica: string, figures: Record<string, number>) => ({
    minute: START + minute * MINUTE,
    replica,
    figures: new Map(Object.entries(figures)),
  });

  /** Minutes from the start, and a step in minutes. */
  const read = async (from: number, to: number, step = 1): Promise<PointFigure[]> => {
    const span = { from: START + from * MINUTE, to: START + to * MINUTE, stepMs: step * MINUTE };
    const rows = await store.read(span);
    return rows
      .map((row) => ({ ...row, at: (row.at - START) / MINUTE }))
      .sort((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1));
  };

  it('is empty at first', async () => {
    await expect(read(0, 100)).resolves.toEqual([]);
    await expect(store.lastMinutes(0)).resolves.toEqual(new Map());
    await store.write([]);
  });

  it('adds up replicas, and has the largest value of them', async () => {
    await store.write([figuresIn(0, 'a', { live: 2, opened: 3, 'budget:c': 0.25 })]);
    await store.write([figuresIn(0, 'b', { live: 5, opened: 4, 'budget:c': 0.5, dead: 1 })]);

    await expect(read(0, 1)).resolves.toEqual([
      { at: 0, name: 'budget:c', sum: 0.75, max: 0.5 },
      { at: 0, name: 'dead', sum: 1, max: 1 },
      { at: 0, name: 'live', sum: 7, max: 5 },
      { at: 0, name: 'opened', sum: 7, max: 4 },
    ]);
  });

  it('merges minutes to points that begin with the span, but the live sessions by minutes', async () => {
    await store.write(
      [1, 2, 3, 4].map((minute) => figuresIn(minute, 'a', { live: minute, opened: 10 ** minute })),
    );

    await expect(read(2, 5, 2)).resolves.toEqual([
      { at: 2, name: 'live', sum: 2, max: 2 },
      { at: 2, name: 'opened', sum: 1_100, max: 1_000 },
      { at: 3, name: 'live', sum: 3, max: 3 },
      { at: 4, name: 'live', sum: 4, max: 4 },
      { at: 4, name: 'opened', sum: 10_000, max: 10_000 },
    ]);
  });

  it('replaces what is written again', async () => {
    await store.write([figuresIn(0, 'a', { live: 1, opened: 1 }), figuresIn(1, 'a', { live: 1 })]);
    await store.write([figuresIn(0, 'a', { live: 2, opened: 1 })]);

    await expect(read(0, 1)).resolves.toEqual([
      { at: 0, name: 'live', sum: 2, max: 2 },
      { at: 0, name: 'opened', sum: 1, max: 1 },
    ]);
  });

  it('has the last minute of each replica, of those since a time', async () => {
    await store.write([0, 1, 2].map((minute) => figuresIn(minute, 'a', { live: 0 })));
    await store.write([figuresIn(1, 'b', { live: 0 }), figuresIn(0, 'c', { live: 0 })]);

    await expect(store.lastMinutes(START + MINUTE)).resolves.toEqual(
      new Map([
        ['a', START + 2 * MINUTE],
        ['b', START + MINUTE],
      ]),
    );
  });

  it('holds the figures of ten minutes with every name in one statement', async () => {
    const names = Array.from({ length: 300 }, (_, index) => [`failed:${index}`, index] as const);
    const figures = Object.fromEntries(names);
    await store.write(Array.from({ length: 10 }, (_, minute) => figuresIn(minute, 'a', figures)));

    await expect(read(0, 10, 10)).resolves.toHaveLength(300);
  });
});

describe.each(DIALECTS)(`${StatisticsStore.name} on %s, which keeps its rows`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    const figures = new Map([
      ['live', 1],
      ['opened', 2],
    ]);
    await stores.statistics.write(
      [0, 1, 2].map((minute) => ({ minute: minute * MINUTE, replica: 'a', figures })),
    );
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const rows = async (): Promise<unknown[]> => {
    const found = await stores.connection.db.selectFrom('statistic').selectAll().orderBy('minute').execute();
    return found.map(({ minute, name }) => [minute / MINUTE, name]);
  };

  it('removes the oldest ones before a time, in batches', async () => {
    const { statistics } = stores;
    await expect(statistics.purge(2 * MINUTE, 3)).resolves.toBe(3);
    await expect(statistics.purge(2 * MINUTE, 3)).resolves.toBe(1);
    await expect(statistics.purge(2 * MINUTE, 3)).resolves.toBe(0);

    await expect(rows()).resolves.toEqual([
      [2, 'live'],
      [2, 'opened'],
    ]);
  });

  it('reads a range of the primary key', async () => {
    const isSqlite = dialect === 'sqlite';
    const query = mergedFigures({ from: MINUTE, to: 2 * MINUTE, stepMs: MINUTE });
    const { rows: plan } = await stores.connection.db.transaction().execute(async (db) => {
      // A table of a few rows is always read whole.
      if (!isSqlite) await sql`set local enable_seqscan = off`.execute(db);
      return sql`${isSqlite ? sql`explain query plan` : sql`explain`} ${query}`.execute(db);
    });

    expect(JSON.stringify(plan)).toMatch(
      isSqlite ? /SEARCH statistic USING PRIMARY KEY \(minute>\? AND minute<\?\)/ : /statistic_key/,
    );
  });
});
