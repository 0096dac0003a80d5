/**
 * Counts database failures. A write during a failure may be durable or not: components that depend on it read again.
 */
export abstract class StorageFailureCounter {
  /** Number of failures. */
  abstract readonly count: number;
}
