/** Sessions that are over, for as long as they are kept. */
export abstract class SessionRetentionStore {
  /**
   * Removes sessions that ended before, with all that hangs on them, the longest ended first; returns how many, at most
   * `limit`. Keeps a session that is still to be disconnected upstream, and one with an event that somebody has yet to
   * hear of or that was given up. Totals and audit records stay as they are.
   */
  abstract purge(endedBefore: number, limit: number): Promise<number>;
}
