import { SummaryStore, type SummaryTotals } from './summary.store';

/** Totals that the test sets; the others are zero. */
export class FakeSummaryStore extends SummaryStore {
  constructor(private readonly given: Partial<SummaryTotals> = {}) {
    super();
  }

  totals(): Promise<SummaryTotals> {
    return Promise.resolve({
      sessionsStarted: 0,
      sessionsDisconnected: 0,
      endedByReason: {},
      deliveries: 0,
      deliveryLatencyMsSum: 0,
      ...this.given,
    });
  }
}
