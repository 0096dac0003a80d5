import { RecordingLog } from '../audit/recording-log.fake';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { SyncConfig } from '../config/sync.config';
import { Metrics } from '../metrics/metrics';
import { aWebhook } from './domain/webhook.builder';
import { FakeWebhookDeliveryStore } from './ports/webhook-delivery.store.fake';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { FakeWebhookStore } from './ports/webhook.store.fake';
import { WebhookOwners } from './webhook-owners';
import { WebhookRetention } from './webhook-retention';
import { WebhooksTelemetry } from './webhooks.telemetry';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const BATCH = 500;

let deliveries: FakeWebhookDeliveryStore;
let webhooks: FakeWebhookStore;
let retention: WebhookRetention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  deliveries = new FakeWebhookDeliveryStore();
  webhooks = new FakeWebhookStore();
  const key = { name: 'billing', sha256: '1'.repeat(64), scopes: [], expires: '2020-01-01T00:00:00Z' };
  const environment = Object.assign(new Environment(), { ACCESS_MODE: 'keys', API_KEYS: [key] });
  const clock = new SystemClock();
  const telemetry = new WebhooksTelemetry(
    new Metrics(),
    new FakeWebhookQueue(),
    new PoisonMessageReporter(),
    clock,
  );
  const owners = new WebhookOwners(new AccessConfig(environment));
  retention = new WebhookRetention(
    deliveries,
    webhooks,
    owners,
    clock,
    new SyncConfig(environment),
    telemetry,
  );
});
afterEach(() => {
  jest.useRealTimers();
});

describe(WebhookRetention.name, () => {
  it('purges what was settled a week ago, batch by batch', async () => {
    deliveries.purgeable = 2 * BATCH + 1;
    const purged = retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await purged;

    expect(deliveries.purges).toEqual(
      [BATCH, BATCH, 1].map((count) => ({ settledBefore: NOW - 7 * DAY, count })),
    );
  });

  it('retires the webhooks of callers without any key, and no others', async () => {
    webhooks.rows.set('a', aWebhook({ id: 'a' }));
    webhooks.rows.set('b', aWebhook({ id: 'b', owner: 'gone' }));
    await retention.purge();

    expect(webhooks.retired).toEqual([['gone', NOW - 7 * DAY]]);
  });
});
