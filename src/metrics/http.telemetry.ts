import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics';

/** Counts served requests by route pattern, method and class of status. */
@Injectable()
export class HttpTelemetry {
  private readonly durations;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(
      'http_request_duration_seconds',
      'Served requests by route, method and class of status',
      [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      ['route', 'method', 'status_class'],
    );
  }

  readonly observe = (request: {
    route: string;
    method: string;
    statusClass: string;
    durationMs: number;
  }): void => {
    const { route, method, statusClass: status_class, durationMs } = request;
    this.durations.observe({ route, method, status_class }, durationMs / 1000);
  };
}
