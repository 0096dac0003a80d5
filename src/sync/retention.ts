import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { DeliveryAdminStore } from './ports/delivery-admin.store';

/** Rows per statement. */
const BATCH = 500;

/** Removes what was delivered or given up long enough ago, a little at a time. */
@Injectable()
export class Retention extends Housekeeping {
  private readonly log = new Logger(Retention.name);

  constructor(
    private readonly ledger: DeliveryAdminStore,
    clock: Clock,
    private readonly config: SyncConfig,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    const limits = {
      deliveredBefore: now - this.config.keepDeliveredMs,
      deadBefore: now - this.config.keepDeadMs,
    };
    return (await this.ledger.purge(limits, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Old deliveries could not be removed; it is tried again', error });
  }
}
