import { Injectable } from '@nestjs/common';
import { MetricsResponse } from './metrics.response';
import { SummaryStore } from './ports/summary.store';

/** The summary of a few totals for people and dashboards. */
@Injectable()
export class SummaryService {
  constructor(private readonly summaries: SummaryStore) {}

  async summary(): Promise<MetricsResponse> {
    const totals = await this.summaries.totals();
    const rate = totals.sessionsStarted === 0 ? 0 : totals.sessionsDisconnected / totals.sessionsStarted;
    return {
      averageLatencyMs:
        totals.deliveries === 0 ? 0 : Math.round(totals.deliveryLatencyMsSum / totals.deliveries),
      disconnectionRate: rate.toFixed(4),
      totalSessions: totals.sessionsStarted,
      endedByReason: totals.endedByReason,
    };
  }
}
