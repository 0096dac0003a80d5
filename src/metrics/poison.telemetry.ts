import { Injectable } from '@nestjs/common';
import { POISON_QUEUES, PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Metrics } from './metrics';

/** Counts the items that queues and loops set aside. */
@Injectable()
export class PoisonTelemetry {
  constructor(metrics: Metrics, poison: PoisonMessageReporter) {
    const counter = metrics.counter(
      'poison_messages_total',
      'Items that can never be processed and were set aside, by queue',
      ['queue'],
    );
    // Starts each series at 0: the step to a first value of 1 would be no increase for an alert.
    for (const queue of POISON_QUEUES) counter.inc({ queue }, 0);
    poison.onReport((queue) => {
      counter.inc({ queue });
    });
  }
}
