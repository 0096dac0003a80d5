import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks';
import { Metrics } from '../metrics/metrics';
import { EventSinks } from './ports/event-sinks';
import { type SinkCondition, SinksQueries } from './sinks.queries';

/** Shows the conditions of sinks as gauges and as a detail of readiness, which they do not change: they are alike in all replicas. */
@Injectable()
export class SinksTelemetry {
  constructor(
    private readonly queries: SinksQueries,
    private readonly sinks: EventSinks,
    metrics: Metrics,
    health: HealthChecks,
  ) {
    health.inform('sinks', () => queries.conditions());
    metrics.gaugeBy('sink_paused', 'Whether a sink is paused and its events kept', 'sink', () =>
      this.readings('paused'),
    );
    metrics.gaugeBy('sink_failing', 'Whether a receiver fails as a whole and is only probed', 'sink', () =>
      this.readings('failing'),
    );
  }

  private readings(condition: SinkCondition): Record<string, () => Promise<number>> {
    const is = async (sink: string): Promise<number> =>
      Number((await this.queries.condition(sink)) === condition);
    return Object.fromEntries(this.sinks.names.map((sink) => [sink, () => is(sink)]));
  }
}
