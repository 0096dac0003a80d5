import type { Attempt, DeliveryRecord } from '../domain/delivery';
import type { ReplayBounds } from '../domain/replay-bounds';
import type { DeliveryKey } from '../domain/delivery-id';
import type { StatusFilter } from '../domain/status-filter';

/** A position in the list: the delivery that a page ended with. */
export interface DeliveryPosition extends DeliveryKey {
  readonly queuedAt: number;
}

export interface DeliveryFilter {
  readonly conversationId?: string;
  readonly status?: StatusFilter;
  readonly sink?: string;
}

export interface DeliveryQuery extends DeliveryFilter {
  readonly limit: number;
  readonly after?: DeliveryPosition;
}

/** The deliveries to repeat, to one sink or to all. */
export interface ReplaySelection extends ReplayBounds {
  readonly sink?: string;
}

/** Deliveries that were settled before these times, in epoch milliseconds, are purged. */
export interface RetentionLimits {
  readonly deliveredBefore: number;
  readonly deadBefore: number;
}

/** The deliveries as operators read and repeat them. */
export abstract class DeliveryAdminStore {
  /** The last queued first. */
  abstract list(query: DeliveryQuery): Promise<DeliveryRecord[]>;

  abstract find(key: DeliveryKey): Promise<DeliveryRecord | undefined>;

  /** The attempts of a delivery, oldest first. */
  abstract attempts(key: DeliveryKey): Promise<Attempt[]>;

  /**
   * Makes a delivery due now, in any status; it keeps its id and its position in the queue of its conversation. One that
   * was accepted or given up is queued again. Returns whether it exists. Writes `DELIVERY_RETRIED`.
   */
  abstract retry(key: DeliveryKey, at: number): Promise<boolean>;

  /**
   * Queues the selected deliveries again, in the order of their conversations; the pending ones among them are due at once.
   * Works in batches, so that no lock is held long: after a failure, some are queued and the rest are unchanged.
   * Returns their number. Writes `DELIVERIES_REPLAYED`, one for each 500 events.
   */
  abstract replay(selection: ReplaySelection, at: number): Promise<number>;

  /** Removes up to `limit` deliveries with their attempts, and events without deliveries. */
  abstract purge(limits: RetentionLimits, limit: number): Promise<number>;
}
