/**
 * The stored moments at which something is due or over, of sessions, deliveries, sinks and idempotency keys.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class DeadlineStore {
  /**
   * Moves every deadline that is still ahead, and the beginnings that durations are counted from, by the step of a clock:
   * all or none. Calls `committed` right after the commit, before anything else is read.
   */
  abstract shift(stepMs: number, committed: () => void): Promise<void>;

  /**
   * Makes due at `now` what is scheduled further ahead than `longestPauseMs`, and lets no live session last longer than
   * its limit from `now` on: such moments were stored by a clock that was ahead. Returns the number of changed rows.
   */
  abstract recall(now: number, longestPauseMs: number): Promise<number>;
}
