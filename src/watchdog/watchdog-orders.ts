/** Settings of the watchdog thread; times in milliseconds. */
export interface WatchdogOrders {
  /** The memory of the beats. */
  readonly memory: SharedArrayBuffer;
  readonly blockedMs: number;
  readonly beatMs: number;
  readonly lookMs: number;
  /** Pause between two blocks with stacks. */
  readonly stacksEveryMs: number;
}
