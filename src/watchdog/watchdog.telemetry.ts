import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../common/logging/log-throttle';
import { Metrics } from '../metrics/metrics';
import { BLOCK_REASONS, type BlockReport } from './domain/block-report';

/** Pause between two lines; each has the number of blocks that it stands for. */
export const REPORT_EVERY_MS = 10_000;

/** Counts and logs the blocks of the event loop. */
@Injectable()
export class WatchdogTelemetry {
  private readonly log = new Logger('EventLoop');
  private readonly throttle = new LogThrottle(REPORT_EVERY_MS);
  private readonly count;
  private readonly durations;

  constructor(metrics: Metrics) {
    this.count = metrics.counter(
      'event_loop_blocked_total',
      'Times that the event loop was late by more than EVENT_LOOP_BLOCKED_MS, by reason',
      ['reason'],
    );
    // Starts each series at 0: the step to a first value of 1 would be no increase for an alert.
    for (const reason of BLOCK_REASONS) this.count.inc({ reason }, 0);
    this.durations = metrics.histogram(
      'event_loop_blocked_duration_seconds',
      'Durations of the blocks of the event loop',
      [0.5, 1, 2.5, 5, 10, 30],
      ['reason'],
    );
  }

  blocked({ reason, durationMs, cpuMs, stackDelayMs, stack }: BlockReport): void {
    this.count.inc({ reason });
    this.durations.observe({ reason }, durationMs / 1000);
    this.throttle.say((count) => {
      const message = 'Event loop blocked';
      const isSampled = stack !== '';
      this.log.warn({
        message,
        reason,
        durationMs,
        cpuMs,
        count,
        ...(isSampled ? { stackDelayMs, stack } : {}),
      });
    });
  }

  failed(error: unknown): void {
    this.log.warn({ message: 'Event loop watchdog failed: blocks are not reported', error });
  }
}
