import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { StatisticsConfig } from '../config/statistics.config';
import { StatisticsStore } from './ports/statistics.store';

const PAUSE_MS = 600_000;
/** Rows per statement. */
const BATCH = 500;

/** Purges the figures of minutes before the retention limit, in small batches. */
@Injectable()
export class StatisticsRetention extends Housekeeping {
  private readonly log = new Logger(StatisticsRetention.name);

  constructor(
    private readonly statistics: StatisticsStore,
    clock: Clock,
    private readonly config: StatisticsConfig,
  ) {
    super(clock, PAUSE_MS);
  }

  protected async step(now: number): Promise<boolean> {
    return (await this.statistics.purge(now - this.config.keepMs, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Statistics purge failed; retried later', error });
  }
}
