import type { Environment } from './environment';

/** Intervals of heartbeats, and the number of failures that a conversation survives. */
export class HeartbeatConfig {
  readonly maxIntervalMs: number;
  readonly minIntervalMs: number;
  /** The longest interval to which the rate limits of the platform may stretch. */
  readonly stretchMaxMs: number;
  /** Consecutive failures after which a heartbeat is lost. */
  readonly failureThreshold: number;

  constructor(environment: Environment) {
    this.maxIntervalMs = environment.HEARTBEAT_MAX_INTERVAL_MS;
    this.minIntervalMs = environment.HEARTBEAT_MIN_INTERVAL_MS;
    this.stretchMaxMs = Math.max(environment.HEARTBEAT_STRETCH_MAX_MS, environment.HEARTBEAT_MAX_INTERVAL_MS);
    this.failureThreshold = environment.HEARTBEAT_FAILURE_THRESHOLD;
  }

  /** A tenth of the duration, within the bounds. */
  intervalMs(durationSeconds: number): number {
    return Math.min(this.maxIntervalMs, Math.max(this.minIntervalMs, durationSeconds * 100));
  }
}
