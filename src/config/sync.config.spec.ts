import { Environment } from './environment';
import { SyncConfig } from './sync.config';

describe(SyncConfig.name, () => {
  it('carries the settings, and keeps deliveries for days', () => {
    const environment = Object.assign(new Environment(), {
      CRM_INCLUDE_MESSAGES: true,
      SYNC_FIRST_RETRY_MS: 1,
      SYNC_PROBE_INTERVAL_MS: 2,
      SYNC_MAX_PER_SECOND: 3,
      SYNC_KEEP_DELIVERED_DAYS: 4,
      SYNC_KEEP_DEAD_DAYS: 5,
    });

    expect(new SyncConfig(environment)).toEqual({
      includesMessages: true,
      firstRetryMs: 1,
      probeIntervalMs: 2,
      maxPerSecond: 3,
      keepDeliveredMs: 4 * 86_400_000,
      keepDeadMs: 5 * 86_400_000,
    });
  });
});
