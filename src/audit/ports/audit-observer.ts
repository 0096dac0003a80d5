/** Counts what happens to the trail, for whoever watches the service. Nothing here throws. */
export abstract class AuditObserver {
  /** A record was written. Both are words of closed sets. */
  abstract written(action: string, outcome: string): void;

  /** A check of the trail is over; `isWhole` is false from the first finding on. */
  abstract checked(isWhole: boolean): void;
}
