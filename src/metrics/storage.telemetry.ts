import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics';
import { StorageErrors } from './ports/storage-errors';

/** Counts the statements and transactions that the database could not execute. */
@Injectable()
export class StorageTelemetry {
  constructor(metrics: Metrics, errors: StorageErrors) {
    const counter = metrics.counter(
      'storage_errors_total',
      'Statements and transactions that the database could not execute, by reason',
      ['reason'],
    );
    // Starts each series at 0: the step to a first value of 1 would be no increase for an alert.
    for (const reason of ['full', 'unavailable']) counter.inc({ reason }, 0);
    errors.onError((reason) => {
      counter.inc({ reason });
    });
  }
}
