/** Counts events of the trail for monitoring. Its methods never throw. */
export abstract class AuditObserver {
  /** A record was written. Both arguments are words of closed sets. */
  abstract written(action: string, outcome: string): void;

  /** A check of the trail has ended; `isWhole` is false from the first finding on. */
  abstract checked(isWhole: boolean): void;
}
