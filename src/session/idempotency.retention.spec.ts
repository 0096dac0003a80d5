import { RecordingLog } from '../audit/recording-log.fake';
import { IdempotencyRetention } from './idempotency.retention';
import { FakeSessionServices } from './session-services.fake';

jest.mock('node:timers/promises', () => jest.requireActual<object>('../heartbeat/delay.fake'));

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(async () => {
  await services.retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(IdempotencyRetention.name, () => {
  it('looks every minute for keys that have expired', async () => {
    services.retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);

    expect(services.store.keys.purges).toEqual([
      { now: NOW + MINUTE, limit: 500 },
      { now: NOW + 2 * MINUTE, limit: 500 },
    ]);
  });

  it('removes one batch after the other, with a rest, until one is less than full', async () => {
    services.store.keys.purgeable.push(500, 499, 500);
    const purge = services.retention.purge();

    await jest.advanceTimersByTimeAsync(49);
    expect(services.store.keys.purges).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(services.store.keys.purges).toHaveLength(2);
  });

  it('ends between two batches when the process stops', async () => {
    services.store.keys.purgeable.push(...Array.from({ length: 1_000 }, () => 500));
    services.retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE + 75);
    expect(services.store.keys.purges).toHaveLength(2);

    await services.retention.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(services.store.keys.purges).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('survives a storage in trouble, and tries again with the next look', async () => {
    services.store.keys.purgeable.push(new Error('away'));
    services.retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);

    expect(services.store.keys.purges).toHaveLength(2);
    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });
});
