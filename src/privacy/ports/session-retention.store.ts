/** Retention of ended sessions. */
export abstract class SessionRetentionStore {
  /**
   * Removes sessions that ended before the given time, with all their rows, the longest ended first; returns how
   * many, at most `limit`. Keeps sessions that are still to be disconnected upstream, and those with an event that is
   * pending or was buried. Totals and audit records stay.
   */
  abstract purge(endedBefore: number, limit: number): Promise<number>;
}
