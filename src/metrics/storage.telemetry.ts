import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics';
import { StorageErrors } from './ports/storage-errors';

/** Counts the statements and transactions that the database could not carry out. */
@Injectable()
export class StorageTelemetry {
  constructor(metrics: Metrics, errors: StorageErrors) {
    const counter = metrics.counter(
      'storage_errors_total',
      'Statements and transactions that the database could not carry out, by reason',
      ['reason'],
    );
    // A series that begins with 1 has no increase that an alert could see.
    for (const reason of ['full', 'unavailable']) counter.inc({ reason }, 0);
    errors.onError((reason) => {
      counter.inc({ reason });
    });
  }
}
