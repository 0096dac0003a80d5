import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { StatisticsConfig } from '../config/statistics.config';
import { FakeStatisticsStore } from './ports/statistics.store.fake';
import { StatisticsRetention } from './statistics-retention';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

let log: RecordingLog;
let statistics: FakeStatisticsStore;
let retention: StatisticsRetention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  statistics = new FakeStatisticsStore();
  const config = new StatisticsConfig({ STATISTICS_RETENTION_HOURS: 5 });
  retention = new StatisticsRetention(statistics, new SystemClock(), config);
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(StatisticsRetention.name, () => {
  it('keeps figures for as long as it is configured', async () => {
    await retention.purge();

    expect(statistics.purges).toEqual([{ before: NOW - 5 * HOUR, limit: 500 }]);
  });

  it('removes one batch after the other until one is less than full', async () => {
    statistics.purgeable.push(500, 500, 499, 500);
    const purge = retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(statistics.purges).toHaveLength(3);
  });

  it('logs a storage failure and continues with the next run', async () => {
    statistics.failures.push(new Error('away'));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(1_200_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
    expect(statistics.purges).toHaveLength(2);
  });
});
