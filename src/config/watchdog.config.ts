import type { Environment } from './environment';

/** Limit of the event loop's lateness. */
export class WatchdogConfig {
  /** Lateness from which the event loop counts as blocked; 0 switches the watchdog off. */
  readonly blockedMs: number;

  constructor({ EVENT_LOOP_BLOCKED_MS }: Environment) {
    this.blockedMs = EVENT_LOOP_BLOCKED_MS;
  }
}
