import { Injectable } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics';

/** Metrics of the requests to Genesys Cloud. */
@Injectable()
export class GenesysTelemetry {
  private readonly durations;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(
      'upstream_request_duration_seconds',
      'Requests to Genesys Cloud by operation and result: a class of status, or the code of the failure',
      [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      ['operation', 'result'],
    );
  }

  requestEnded(operation: string, result: string, durationMs: number): void {
    this.durations.observe({ operation, result }, durationMs / 1000);
  }
}
