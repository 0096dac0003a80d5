import type { Attempt, DeliveryRecord, DeliveryStatus } from '../domain/delivery';
import type { DeliveryKey } from '../domain/delivery-id';

/** A place in the list: the delivery that a page ended with. */
export interface DeliveryPosition extends DeliveryKey {
  readonly queuedAt: number;
}

export interface DeliveryFilter {
  readonly conversationId?: string;
  readonly status?: DeliveryStatus;
  readonly sink?: string;
}

export interface DeliveryQuery extends DeliveryFilter {
  readonly limit: number;
  readonly after?: DeliveryPosition;
}

/** Which deliveries to repeat: those of a conversation, of events in a span of time (epoch milliseconds), or both. */
export interface ReplaySelection {
  readonly sink?: string;
  readonly conversationId?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Settled before these moments, in epoch milliseconds, a delivery is not kept any longer. */
export interface RetentionLimits {
  readonly deliveredBefore: number;
  readonly deadBefore: number;
}

/** The deliveries as operators see and steer them. */
export abstract class DeliveryAdminStore {
  /** The last queued first. */
  abstract list(query: DeliveryQuery): Promise<DeliveryRecord[]>;

  abstract find(key: DeliveryKey): Promise<DeliveryRecord | undefined>;

  /** The attempts of a delivery, oldest first. */
  abstract attempts(key: DeliveryKey): Promise<Attempt[]>;

  /**
   * Makes a delivery due now, whatever became of it; it keeps its id and its place in its lane. One that was accepted
   * or given up is queued again. Returns whether it exists. Writes `DELIVERY_RETRIED`.
   */
  abstract retry(key: DeliveryKey, at: number): Promise<boolean>;

  /**
   * Queues the selected deliveries again, in the order of their lanes; the pending ones among them are due at once.
   * Works in steps, so that no lock is held long: when it breaks off, some are queued and the rest are as they were.
   * Returns how many there were. Writes `DELIVERIES_REPLAYED`, one for each 500 events.
   */
  abstract replay(selection: ReplaySelection, at: number): Promise<number>;

  /** Removes up to `limit` deliveries with their attempts, and events that nobody is to hear of any more. */
  abstract purge(limits: RetentionLimits, limit: number): Promise<number>;
}
