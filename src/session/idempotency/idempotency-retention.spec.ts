import { RecordingLog } from '../../audit/recording-log.fake';
import { IdempotencyRetention } from './idempotency-retention';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

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
  it('removes keys that have expired, one batch after the other until one is less than full', async () => {
    services.store.keys.purgeable.push(500, 499, 500);
    const purge = services.retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(services.store.keys.purges).toEqual([
      { now: NOW, limit: 500 },
      { now: NOW, limit: 500 },
    ]);
  });

  it('logs a storage failure', async () => {
    services.store.keys.purgeable.push(new Error('away'));
    services.retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(60_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });
});
