import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { SyncConfig } from '../config/sync.config';
import { FakeDeliveryLedger } from './ports/delivery.ledger.fake';
import { Retention } from './retention';

jest.mock('node:timers/promises', () => jest.requireActual<object>('../heartbeat/delay.fake'));

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const MINUTE = 60_000;

let log: RecordingLog;
let ledger: FakeDeliveryLedger;
let retention: Retention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  ledger = new FakeDeliveryLedger();
  retention = new Retention(ledger, new SystemClock(), new SyncConfig(new Environment()));
});
afterEach(async () => {
  await expectStopped();
  jest.useRealTimers();
});

async function expectStopped(): Promise<void> {
  await retention.onModuleDestroy();
  expect(jest.getTimerCount()).toBe(0);
}

describe(Retention.name, () => {
  it('begins a minute after the start, and looks again every minute', async () => {
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    expect(ledger.purges).toHaveLength(0);

    await jest.advanceTimersByTimeAsync(1);
    expect(ledger.purges).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2 * MINUTE);
    expect(ledger.purges).toHaveLength(3);
  });

  it('keeps what was delivered for a week and what was given up for a month, unless told otherwise', async () => {
    await retention.purge();

    const limits = { deliveredBefore: NOW - 7 * DAY, deadBefore: NOW - 30 * DAY };
    expect(ledger.purges).toEqual([{ limits, limit: 500 }]);
  });

  it('removes one batch after the other, with a rest, until one is less than full', async () => {
    ledger.purgeable.push(500, 500, 499, 500);
    const purge = retention.purge();

    await jest.advanceTimersByTimeAsync(49);
    expect(ledger.purges).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(ledger.purges).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(ledger.purges).toHaveLength(3);
    expect(new Set(ledger.purges.map(({ limits }) => limits.deadBefore)).size).toBe(1);
  });

  it('ends between two batches when the process stops, and begins no more', async () => {
    ledger.purgeable.push(...Array.from({ length: 1_000 }, () => 500));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE + 75);
    expect(ledger.purges).toHaveLength(2);

    await retention.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(ledger.purges).toHaveLength(2);
    await retention.purge();
    expect(ledger.purges).toHaveLength(2);
  });

  it('survives a storage in trouble, and tries again with the next look', async () => {
    ledger.purgeable.push(new Error('away'));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);

    expect(ledger.purges).toHaveLength(2);
    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) })]);
  });

  it('can be stopped before it was started', async () => {
    await expect(retention.onModuleDestroy()).resolves.toBeUndefined();
  });
});
