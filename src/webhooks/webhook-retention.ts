import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { SyncConfig } from '../config/sync.config';
import { WebhookDeliveryStore } from './ports/webhook-delivery.store';
import { WebhookStore } from './ports/webhook.store';
import { WebhookOwners } from './webhook-owners';
import { WebhooksTelemetry } from './webhooks.telemetry';

/** Rows per statement. */
const BATCH = 500;

/** Time for which the webhooks of a caller that is gone are kept, in case that its keys were lost by mistake. */
const KEPT_AFTER_CALLER_MS = 7 * 86_400_000;

/**
 * Purges deliveries that were settled before the retention limit, and what is left of deleted webhooks. The webhooks of a
 * caller that is not known any more are disabled at once, and deleted a week later.
 */
@Injectable()
export class WebhookRetention extends Housekeeping {
  constructor(
    private readonly deliveries: WebhookDeliveryStore,
    private readonly webhooks: WebhookStore,
    private readonly owners: WebhookOwners,
    clock: Clock,
    private readonly config: SyncConfig,
    private readonly telemetry: WebhooksTelemetry,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    await this.retireUnknownOwners(now);
    return (await this.deliveries.purge(now - this.config.keepDeliveredMs, BATCH)) === BATCH;
  }

  private async retireUnknownOwners(now: number): Promise<void> {
    for (const owner of await this.webhooks.owners()) {
      if (!this.owners.isKnown(owner)) await this.webhooks.retire(owner, now, now - KEPT_AFTER_CALLER_MS);
    }
  }

  protected failed(error: unknown): void {
    this.telemetry.purgeFailed(error);
  }
}
