import type { Delivery } from '../domain/delivery';

/** How full a sink's queue is. */
export interface Backlog {
  readonly pending: number;
  /** When the oldest pending event happened, in epoch milliseconds; absent when none is pending. */
  readonly oldestAt?: number;
}

/**
 * The queue of events for the sinks. Events enter it in the transaction that changes their session (the session
 * store writes them); a delivery leaves it by being settled or buried.
 *
 * A lane is one conversation's pending deliveries to one sink, in order of sequence. Only the head of a lane is
 * ever due: a waiting head holds up its own lane and nobody else's.
 */
export abstract class OutboxStore {
  /** Heads of lanes that are due, the longest overdue first, never two of one lane. */
  abstract due(sink: string, now: number, limit: number): Promise<Delivery[]>;

  /** Accepted by the sink: marks it, adds to the totals and writes `CRM_SYNC_SUCCESS`, in one transaction. */
  abstract settle(delivery: Delivery, at: number, latencyMs: number): Promise<void>;

  /**
   * Not accepted: keeps the lane waiting until `nextAttemptAt`. The first failure of a delivery also writes
   * `CRM_SYNC_FAILED`; further ones are only counted, so that a long outage does not flood the audit trail.
   */
  abstract postpone(delivery: Delivery, at: number, nextAttemptAt: number, error: string): Promise<void>;

  /** Given up: the lane goes on without it. Writes `CRM_SYNC_FAILED` with the final error. */
  abstract bury(delivery: Delivery, at: number, error: string): Promise<void>;

  abstract backlog(sink: string): Promise<Backlog>;
}
