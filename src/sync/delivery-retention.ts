import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { DeliveryAdminStore } from './ports/delivery-admin.store';

/** Rows per statement. */
const BATCH = 500;

/** Purges deliveries that were accepted or given up before the retention limits, in small batches. */
@Injectable()
export class DeliveryRetention extends Housekeeping {
  private readonly log = new Logger(DeliveryRetention.name);

  constructor(
    private readonly deliveries: DeliveryAdminStore,
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
    return (await this.deliveries.purge(limits, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Delivery purge failed; retried later', error });
  }
}
