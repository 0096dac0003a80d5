import type { Environment } from './environment';

const DAY_MS = 86_400_000;

/** How events are delivered, and how long deliveries are kept. Times in milliseconds. */
export class SyncConfig {
  /** The wait after a first failure; the whole schedule of retries scales with it. */
  readonly firstRetryMs: number;
  /** How often a receiver that failed is tried with one event. */
  readonly probeIntervalMs: number;
  /** Deliveries a second to one receiver, at most: what waited for it drains at this rate. */
  readonly maxPerSecond: number;
  readonly keepDeliveredMs: number;
  readonly keepDeadMs: number;

  constructor(environment: Environment) {
    this.firstRetryMs = environment.SYNC_FIRST_RETRY_MS;
    this.probeIntervalMs = environment.SYNC_PROBE_INTERVAL_MS;
    this.maxPerSecond = environment.SYNC_MAX_PER_SECOND;
    this.keepDeliveredMs = environment.SYNC_KEEP_DELIVERED_DAYS * DAY_MS;
    this.keepDeadMs = environment.SYNC_KEEP_DEAD_DAYS * DAY_MS;
  }
}
