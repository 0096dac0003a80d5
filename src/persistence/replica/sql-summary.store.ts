import { Injectable } from '@nestjs/common';
import { SummaryStore, type SummaryTotals } from '../../metrics/ports/summary.store';
import { COUNTERS, readCounters } from './counters';
import { UnitOfWork } from '../database/unit-of-work';

/** The totals, read from a dozen counters in one statement, so that they belong to one moment. */
@Injectable()
export class SqlSummaryStore extends SummaryStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async totals(): Promise<SummaryTotals> {
    const counters = await this.unitOfWork.query(readCounters);
    const ended = [...counters]
      .filter(([name]) => name.startsWith(COUNTERS.endedPrefix))
      .map(([name, value]) => [name.slice(COUNTERS.endedPrefix.length), value] as const);
    return {
      sessionsStarted: counters.get(COUNTERS.sessionsStarted) ?? 0,
      sessionsDisconnected: counters.get(COUNTERS.sessionsDisconnected) ?? 0,
      endedByReason: Object.fromEntries(ended),
      deliveries: counters.get(COUNTERS.deliveries) ?? 0,
      deliveryLatencyMsSum: counters.get(COUNTERS.deliveryLatencyMs) ?? 0,
    };
  }
}
