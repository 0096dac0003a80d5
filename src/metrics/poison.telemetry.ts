import { Injectable } from '@nestjs/common';
import { POISON_QUEUES, PoisonMessages } from '../common/poison/poison-messages';
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
    // A series that begins with 1 has no increase that an alert could see.
    for (const queue of POISON_QUEUES) counter.inc({ queue }, 0);
    poison.onSetAside((queue) => {
      counter.inc({ queue });
    });
  }
}
