import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import type { StatusFilter } from '../../sync/domain/status-filter';
import type { Attempt, DeliveryStatus } from '../../sync/domain/delivery';

/** A delivery as its caller reads it: everything but the data of the event. Times are epoch milliseconds. */
export interface WebhookDeliveryRecord {
  readonly webhookId: string;
  readonly eventId: string;
  readonly type: string;
  /** Absent for an event about a webhook. */
  readonly conversationId?: string;
  readonly sequence: number;
  readonly status: DeliveryStatus;
  /** Failed attempts since it was queued. */
  readonly attempts: number;
  readonly occurredAt: number;
  readonly queuedAt: number;
  /** Absent unless it is the next one of its conversation to be attempted. */
  readonly nextAttemptAt?: number;
  readonly settledAt?: number;
  readonly lastError?: string;
}

/** A position in the list: the delivery that a page ended with. */
export interface WebhookDeliveryPosition {
  readonly queuedAt: number;
  readonly eventId: string;
}

export interface WebhookDeliveryFilter {
  readonly status?: StatusFilter;
  readonly conversationId?: string;
}

/**
 * The deliveries of webhooks as their callers read and repeat them. Every method may throw `StorageUnavailableError`.
 */
export abstract class WebhookDeliveryStore {
  /** The last queued first. */
  abstract list(
    webhookId: string,
    filter: WebhookDeliveryFilter,
    page: { readonly limit: number; readonly after?: WebhookDeliveryPosition },
  ): Promise<WebhookDeliveryRecord[]>;

  abstract find(webhookId: string, eventId: string): Promise<WebhookDeliveryRecord | undefined>;

  /** Oldest first. */
  abstract attempts(webhookId: string, eventId: string): Promise<Attempt[]>;

  /**
   * Makes a delivery due now, in any status; it keeps its id and its position in the queue of its conversation. Writes
   * `WEBHOOK_DELIVERY_RETRIED`. Returns whether it exists.
   */
  abstract retry(webhookId: string, eventId: string, at: number): Promise<boolean>;

  /**
   * Queues the selected deliveries again, in the order of their conversations. Works in batches: after a failure, some
   * are queued and the rest are unchanged. Returns their number. Writes `WEBHOOK_DELIVERIES_REPLAYED`, one for each batch.
   */
  abstract replay(webhookId: string, selection: ReplayBounds, at: number): Promise<number>;

  /**
   * Removes up to `limit` deliveries that were settled before the given time, and what is left of deleted webhooks.
   * Returns `limit` if there may be more.
   */
  abstract purge(settledBefore: number, limit: number): Promise<number>;
}
