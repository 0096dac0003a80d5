import type { Environment } from './environment';

const DAY_MS = 86_400_000;

/** Settings of events, their deliveries and retention. Times in milliseconds. */
export class SyncConfig {
  /** Makes the messages of conversations events, which every sink gets. */
  readonly includesMessages: boolean;
  /** The delay after a first failure; the whole schedule of retries scales with it. */
  readonly firstRetryMs: number;
  /** Interval in which one event is sent to a failing receiver (probe). */
  readonly probeIntervalMs: number;
  /** Maximum deliveries per second to one receiver; a backlog drains at this rate. */
  readonly maxPerSecond: number;
  readonly keepDeliveredMs: number;
  readonly keepDeadMs: number;

  constructor(environment: Environment) {
    this.includesMessages = environment.CRM_INCLUDE_MESSAGES;
    this.firstRetryMs = environment.SYNC_FIRST_RETRY_MS;
    this.probeIntervalMs = environment.SYNC_PROBE_INTERVAL_MS;
    this.maxPerSecond = environment.SYNC_MAX_PER_SECOND;
    this.keepDeliveredMs = environment.SYNC_KEEP_DELIVERED_DAYS * DAY_MS;
    this.keepDeadMs = environment.SYNC_KEEP_DEAD_DAYS * DAY_MS;
  }
}
