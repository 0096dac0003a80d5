import type { Environment } from './environment';

const HOUR_MS = 3_600_000;

/** Retention of the statistics. */
export class StatisticsConfig {
  readonly keepMs: number;

  constructor(environment: Pick<Environment, 'STATISTICS_RETENTION_HOURS'>) {
    this.keepMs = environment.STATISTICS_RETENTION_HOURS * HOUR_MS;
  }
}
