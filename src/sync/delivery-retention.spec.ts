import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { SyncConfig } from '../config/sync.config';
import { FakeDeliveryAdminStore } from './ports/delivery-admin.store.fake';
import { DeliveryRetention } from './delivery-retention';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

let log: RecordingLog;
let deliveries: FakeDeliveryAdminStore;
let retention: DeliveryRetention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  deliveries = new FakeDeliveryAdminStore();
  retention = new DeliveryRetention(deliveries, new SystemClock(), new SyncConfig(new Environment()));
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(DeliveryRetention.name, () => {
  it('keeps what was delivered for a week and what was given up for a month, unless told otherwise', async () => {
    await retention.purge();

    const limits = { deliveredBefore: NOW - 7 * DAY, deadBefore: NOW - 30 * DAY };
    expect(deliveries.purges).toEqual([{ limits, limit: 500 }]);
  });

  it('removes one batch after the other until one is less than full', async () => {
    deliveries.purgeable.push(500, 500, 499, 500);
    const purge = retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await purge;

    expect(deliveries.purges).toHaveLength(3);
  });

  it('logs a storage failure', async () => {
    deliveries.purgeable.push(new Error('away'));
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(60_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });
});
