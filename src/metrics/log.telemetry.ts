import { Injectable } from '@nestjs/common';
import type { LogOutput } from '../common/logging/log-output';
import { Metrics } from './metrics';

/** Counts the log lines that could not be written. There is no log line for it: it would be lost as well. */
@Injectable()
export class LogTelemetry {
  private readonly lost;

  constructor(metrics: Metrics) {
    this.lost = metrics.counter(
      'log_lines_lost_total',
      'Log lines that could not be written: no reader, no space, or a reader that does not read',
    );
  }

  watch(output: LogOutput): void {
    output.onLost((lines) => {
      this.lost.inc(lines);
    });
  }
}
