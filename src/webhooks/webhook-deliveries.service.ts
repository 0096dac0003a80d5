import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import type { Caller } from '../access/domain/caller';
import { type Page, readPage } from '../common/pagination/page';
import { Clock } from '../common/time/clock';
import type { Attempt } from '../sync/domain/delivery';
import { assertBoundedReplay, type ReplayBounds } from '../sync/domain/replay-bounds';
import { DeliveryNotFoundError } from '../sync/domain/sync.errors';
import {
  type WebhookDeliveryFilter,
  type WebhookDeliveryRecord,
  WebhookDeliveryStore,
} from './ports/webhook-delivery.store';
import { decodeCursor, encodeCursor } from './webhook-deliveries-cursor';
import { WebhooksQueries } from './webhooks.queries';

export interface WebhookDeliveryHistory {
  readonly delivery: WebhookDeliveryRecord;
  readonly attempts: readonly Attempt[];
}

/**
 * The delivery log of a webhook, and its repetition. Every method throws `WebhookNotFoundError`, also for a webhook of
 * another caller.
 */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly webhooks: WebhooksQueries,
    private readonly deliveries: WebhookDeliveryStore,
    private readonly clock: Clock,
  ) {}

  /** The last queued first. Throws `InvalidRequestError` for the cursor of another list. */
  async list(
    webhookId: string,
    { limit, cursor, ...filter }: WebhookDeliveryFilter & { limit: number; cursor?: string },
    caller: Caller,
  ): Promise<Page<WebhookDeliveryRecord>> {
    await this.webhooks.get(webhookId, caller);
    const selection = { ...filter, webhookId };
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, selection) };
    return readPage(
      limit,
      (count) => this.deliveries.list(webhookId, filter, { limit: count, ...after }),
      (last) => encodeCursor(last, selection),
    );
  }

  /** Throws `DeliveryNotFoundError`. */
  async get(webhookId: string, eventId: string, caller: Caller): Promise<WebhookDeliveryHistory> {
    await this.webhooks.get(webhookId, caller);
    const delivery = isUuid(eventId) ? await this.deliveries.find(webhookId, eventId) : undefined;
    if (delivery === undefined) throw new DeliveryNotFoundError();
    return { delivery, attempts: await this.deliveries.attempts(webhookId, eventId) };
  }

  /** Attempts a delivery again at once, in the order of its conversation, in any status. Throws `DeliveryNotFoundError`. */
  async retry(webhookId: string, eventId: string, caller: Caller): Promise<void> {
    await this.webhooks.get(webhookId, caller);
    if (!isUuid(eventId) || !(await this.deliveries.retry(webhookId, eventId, this.clock.now())))
      throw new DeliveryNotFoundError();
  }

  /**
   * Delivers again, under the same ids and in order, what was delivered or given up, and expedites what is pending.
   * Returns the number of deliveries. Throws `InvalidRequestError` when neither a conversation nor a span of time is
   * selected.
   */
  async replay(webhookId: string, selection: ReplayBounds, caller: Caller): Promise<number> {
    assertBoundedReplay(selection);
    await this.webhooks.get(webhookId, caller);
    return this.deliveries.replay(webhookId, selection, this.clock.now());
  }
}
