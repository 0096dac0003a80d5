/** Counts since the first start of the service, not of the process. */
export interface SummaryTotals {
  /** Sessions that became active. */
  readonly sessionsStarted: number;
  /** Of those, the ones that ended as `disconnected`; each counts once. */
  readonly sessionsDisconnected: number;
  /** Ended sessions by end reason. */
  readonly endedByReason: Readonly<Record<string, number>>;
  /** Successful deliveries to sinks and the sum of their latencies in milliseconds. */
  readonly deliveries: number;
  readonly deliveryLatencyMsSum: number;
}

/** Durable totals, kept in the transactions of what they count; reading them costs the same at any history. */
export abstract class SummaryStore {
  abstract totals(): Promise<SummaryTotals>;
}
