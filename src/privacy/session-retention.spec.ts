import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { SessionConfig } from '../config/session.config';
import { FakeSessionRetentionStore } from './ports/session-retention.store.fake';
import { SessionRetention } from './session-retention';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

let log: RecordingLog;
let archive: FakeSessionRetentionStore;
let retention: SessionRetention;

function keeping(days?: number): SessionRetention {
  const environment = Object.assign(new Environment(), days === undefined ? {} : { SESSION_KEEP_DAYS: days });
  return new SessionRetention(archive, new SystemClock(), new SessionConfig(environment));
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  archive = new FakeSessionRetentionStore();
  retention = keeping();
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionRetention.name, () => {
  it.each([
    ['30 days', undefined, 30],
    ['as long as it is told', 400, 400],
  ])('keeps sessions for %s', async (_, setting, days) => {
    await keeping(setting).purge();

    expect(archive.purges).toEqual([{ endedBefore: NOW - days * DAY, limit: 100 }]);
  });

  it('removes batch after batch until one is not full', async () => {
    archive.purgeable.push(100, 100, 99, 100);
    const purge = retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(archive.purges).toHaveLength(3);
  });

  it('logs a storage failure', async () => {
    archive.purgeable.push(new Error('away'));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(60_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });
});
