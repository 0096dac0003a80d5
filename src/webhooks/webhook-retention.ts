import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { WebhookDeliveryStore } from './ports/webhook-delivery.store';
import { WebhooksTelemetry } from './webhooks.telemetry';

/** Rows per statement. */
const BATCH = 500;

/** Purges deliveries that were settled before the retention limit, and what is left of deleted webhooks. */
@Injectable()
export class WebhookRetention extends Housekeeping {
  constructor(
    private readonly deliveries: WebhookDeliveryStore,
    clock: Clock,
    private readonly config: SyncConfig,
    private readonly telemetry: WebhooksTelemetry,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    return (await this.deliveries.purge(now - this.config.keepDeliveredMs, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.telemetry.purgeFailed(error);
  }
}
