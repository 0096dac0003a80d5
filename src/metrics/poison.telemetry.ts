import { Injectable } from '@nestjs/common';
import { PoisonMessages } from '../common/poison/poison-messages';
import { Metrics } from './metrics';

/** Counts the items that queues and loops set aside. */
@Injectable()
export class PoisonTelemetry {
  constructor(metrics: Metrics, poison: PoisonMessages) {
    const counter = metrics.counter(
      'poison_messages_total',
      'Items that can never be processed and were set aside, by queue',
      ['queue'],
    );
    poison.onSetAside((queue) => {
      counter.inc({ queue });
    });
  }
}
