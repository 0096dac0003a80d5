/** Counts since the first start of the service, not of the process. */
export interface SummaryTotals {
  /** Sessions that became active. */
  readonly sessionsStarted: number;
  /** Started sessions that ended as `disconnected`; each counts once. */
  readonly sessionsDisconnected: number;
  /** Ended sessions by end reason. */
  readonly endedByReason: Readonly<Record<string, number>>;
  /** Successful deliveries to sinks and the sum of their latencies in milliseconds. */
  readonly deliveries: number;
  readonly deliveryLatencyMsSum: number;
}

/** Durable totals, updated in the transactions of the changes; reading them costs the same for any history. */
export abstract class SummaryStore {
  abstract totals(): Promise<SummaryTotals>;
}
