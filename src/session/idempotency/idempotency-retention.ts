import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../../common/lifecycle/housekeeping';
import { Clock } from '../../common/time/clock';
import { IdempotencyTelemetry } from './idempotency.telemetry';
import { IdempotencyStore } from '../ports/idempotency.store';

/** Rows per statement. */
const BATCH = 500;

/** Purges expired idempotency keys in small batches. */
@Injectable()
export class IdempotencyRetention extends Housekeeping {
  constructor(
    private readonly keys: IdempotencyStore,
    clock: Clock,
    private readonly telemetry: IdempotencyTelemetry,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    return (await this.keys.purge(now, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.telemetry.purgeFailed(error);
  }
}
