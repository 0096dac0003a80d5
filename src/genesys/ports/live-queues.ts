/** The queues of live sessions, on all replicas. */
export abstract class LiveQueues {
  /**
   * The distinct queue ids of live sessions, at most `limit`, in the order of the database. Its cost grows with the number
   * of queues, not with that of sessions. May throw `StorageUnavailableError`.
   */
  abstract ids(limit: number): Promise<readonly string[]>;
}
