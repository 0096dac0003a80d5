import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { SessionConfig } from '../config/session.config';
import { FakeSessionArchive } from './ports/session.archive.fake';
import { SessionRetention } from './session.retention';

jest.mock('node:timers/promises', () => jest.requireActual<object>('../heartbeat/delay.fake'));

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const MINUTE = 60_000;

let log: RecordingLog;
let archive: FakeSessionArchive;
let retention: SessionRetention;

function keeping(days?: number): SessionRetention {
  const environment = Object.assign(new Environment(), days === undefined ? {} : { SESSION_KEEP_DAYS: days });
  return new SessionRetention(archive, new SystemClock(), new SessionConfig(environment));
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  archive = new FakeSessionArchive();
  retention = keeping();
});
afterEach(async () => {
  await expectStopped();
  jest.useRealTimers();
});

async function expectStopped(): Promise<void> {
  await retention.onModuleDestroy();
  expect(jest.getTimerCount()).toBe(0);
}

describe(SessionRetention.name, () => {
  it('begins a minute after the start, and looks again every minute', async () => {
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    expect(archive.purges).toHaveLength(0);

    await jest.advanceTimersByTimeAsync(1);
    expect(archive.purges).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2 * MINUTE);
    expect(archive.purges).toHaveLength(3);
  });

  it.each([
    ['30 days', undefined, 30],
    ['as long as it is told', 400, 400],
  ])('keeps sessions for %s', async (_, setting, days) => {
    await keeping(setting).purge();

    expect(archive.purges).toEqual([{ endedBefore: NOW - days * DAY, limit: 100 }]);
  });

  it('removes one batch after the other, with a rest, until one is less than full', async () => {
    archive.purgeable.push(100, 100, 99, 100);
    const purge = retention.purge();

    await jest.advanceTimersByTimeAsync(49);
    expect(archive.purges).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(archive.purges).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(archive.purges).toHaveLength(3);
    expect(new Set(archive.purges.map(({ endedBefore }) => endedBefore)).size).toBe(1);
  });

  it('ends between two batches when the process stops, and begins no more', async () => {
    archive.purgeable.push(...Array.from({ length: 1_000 }, () => 100));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE + 75);
    expect(archive.purges).toHaveLength(2);

    await retention.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(archive.purges).toHaveLength(2);
  });

  it('survives a storage in trouble, and tries again with the next look', async () => {
    archive.purgeable.push(new Error('away'));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);

    expect(archive.purges).toHaveLength(2);
    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });
});
