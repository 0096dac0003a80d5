import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../common/logging/log-throttle';
import { Metrics } from '../metrics/metrics';

const LOG_INTERVAL_MS = 60_000;

/** Counts exported spans, and logs failed exports, at most one line a minute. */
@Injectable()
export class TracingTelemetry {
  private readonly log = new Logger('Tracing');
  private readonly throttle = new LogThrottle(LOG_INTERVAL_MS);
  private readonly spans;

  constructor(metrics: Metrics) {
    this.spans = metrics.counter(
      'trace_spans_total',
      'Spans given to the collector of traces, by result: exported, or failed, which loses them',
      ['result'],
    );
  }

  /** The text of an error may be an answer of the collector, which is not logged. */
  exportEnded(spans: number, error?: Error): void {
    this.spans.inc({ result: error === undefined ? 'exported' : 'failed' }, spans);
    if (error === undefined) return;
    const { code } = error as { readonly code?: unknown };
    this.throttle.say((count) => {
      this.log.warn({
        message: 'Span export failed',
        reason: error.name,
        count,
        ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
      });
    });
  }

  flushUnfinished(): void {
    this.log.warn({ message: 'Span export unfinished at shutdown' });
  }
}
