import { SettableClock } from '../common/time/settable-clock.fake';
import { StatisticsConfig } from '../config/statistics.config';
import { FakeReplicaStore } from '../replica/ports/replica.store.fake';
import { FakeStatisticsStore } from './ports/statistics.store.fake';
import { StatisticsQueries } from './statistics.queries';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let store: FakeStatisticsStore;
let replicas: FakeReplicaStore;
let queries: StatisticsQueries;

beforeEach(async () => {
  store = new FakeStatisticsStore();
  replicas = new FakeReplicaStore();
  const clock = new SettableClock();
  clock.at = NOW + 5_000;
  queries = new StatisticsQueries(
    store,
    replicas,
    clock,
    new StatisticsConfig({ STATISTICS_RETENTION_HOURS: 48 }),
  );
  for (const id of ['a', 'b']) await replicas.join({ id, address: '', signature: '' });
});

const write = (replica: string, minutesAgo: number, figures: Record<string, number>): Promise<void> =>
  store.write([{ minute: NOW - minutesAgo * MINUTE, replica, figures: new Map(Object.entries(figures)) }]);

const writtenMinutesAgo = async (): Promise<number> =>
  (NOW - (await queries.statistics({})).writtenUntil) / MINUTE;

describe(StatisticsQueries.name, () => {
  it('has a point for each minute, also for those that no replica wrote', async () => {
    await write('a', 1, { live: 0 });
    const { from, to, points } = await queries.statistics({});

    expect([from, to, points.length]).toEqual([NOW - HOUR, NOW, 60]);
    expect(points.filter(({ isWritten }) => isWritten).map(({ at }) => at)).toEqual([NOW - MINUTE]);
  });

  it('adds up replicas, and merges their buckets instead of their percentiles', async () => {
    await write('a', 1, { live: 3, opened: 2, 'lateness:1': 99 });
    await write('b', 1, { live: 4, opened: 5, 'lateness:7': 1, 'budget:c': 0.5 });
    const [point] = (await queries.statistics({ from: NOW - MINUTE })).points;

    expect([point?.live, point?.opened, point?.lateness.percentileMs(0.99)]).toEqual([7, 7, 1]);
    expect([...(point?.budgets ?? [])]).toEqual([['c', 0.5]]);
  });

  it('has the minutes of longer points together, and the mean of the live sessions', async () => {
    await write('a', 4, { live: 10, opened: 1 });
    await write('a', 3, { live: 20, opened: 2 });
    await write('a', 2, { live: 30, opened: 4 });
    const span = { from: NOW - 4 * MINUTE, to: NOW, stepMs: 2 * MINUTE };
    const { points } = await queries.statistics(span);

    expect(points.map(({ live, opened }) => [live, opened])).toEqual([
      [15, 3],
      [30, 4],
    ]);
  });

  it('reads a long span in several statements of whole points', async () => {
    await write('a', 47 * 60, { live: 1 });
    await write('a', 60, { live: 1 });
    const { points } = await queries.statistics({ from: NOW + 5_000 - 48 * HOUR });

    expect(store.reads).toHaveLength(8);
    expect(points).toHaveLength(240);
    expect(points.filter(({ isWritten }) => isWritten)).toHaveLength(2);
  });

  it('is complete until the earliest of the last minutes of the live replicas', async () => {
    await write('a', 1, { live: 0 });
    await write('a', 2, { live: 0 });
    await write('b', 2, { live: 0 });

    expect(await writtenMinutesAgo()).toBe(1);
  });

  it('waits neither for replicas that are gone nor for those that have written nothing yet', async () => {
    await write('a', 1, { live: 0 });
    await write('gone', 5, { live: 0 });

    expect(await writtenMinutesAgo()).toBe(0);
  });

  it('waits for ten minutes, after which a minute is not written any more', async () => {
    expect(await writtenMinutesAgo()).toBe(10);
    await write('a', 11, { live: 0 });
    await write('b', 1, { live: 0 });

    expect(await writtenMinutesAgo()).toBe(0);
  });
});
