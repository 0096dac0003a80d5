/**
 * The stored times at which work is due or periods end, of sessions, deliveries, sinks and idempotency keys.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class DeadlineStore {
  /**
   * Moves every deadline that is still ahead, and the starting points of durations, by the step of a clock: all or
   * none. Calls `committed` right after the commit, before anything else is read.
   */
  abstract shift(stepMs: number, committed: () => void): Promise<void>;

  /**
   * Makes work due at `now` that is scheduled further ahead than `longestPauseMs`, and limits the remaining life of
   * each session to its maximum from `now` on, with a tolerance of a minute: a clock that was ahead has stored such times.
   * Returns the number of changed rows.
   */
  abstract bringForward(now: number, longestPauseMs: number): Promise<number>;
}
