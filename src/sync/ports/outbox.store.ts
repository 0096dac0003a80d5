import type { SessionEvent } from '../../session/domain/session-event';
import type { Attempt, Delivery, QueuedEvent } from '../domain/delivery';

/** The fill level of the queue of a sink. */
export interface Backlog {
  readonly pending: number;
  /** Time at which the oldest pending event was queued, in epoch milliseconds; absent when none is pending. */
  readonly oldestAt?: number;
  /** Pending events with a failed attempt: each is the head of a conversation queue that waits. */
  readonly blockedConversations: number;
  /** Events that were given up and are still kept. */
  readonly dead: number;
}

/** A request of a relay for deliveries of a sink, which are its own until `until`. */
export interface Claim {
  readonly sink: string;
  /** The relay that claims, named after its replica. */
  readonly relay: string;
  readonly now: number;
  readonly until: number;
  readonly limit: number;
  /** Conversations to leave out: the relay has deliveries of theirs in flight. */
  readonly except?: readonly string[];
  /** Selects heads that are not due as well, untried ones first, as a probe whether the receiver is back. */
  readonly isProbe?: boolean;
}

/** The meaning of a failed attempt for the receiver as a whole. */
export interface ReceiverVerdict {
  /** The store hands out no event before this time, in epoch milliseconds. */
  readonly retryAfter?: number;
  /** The store hands out no event until an operator resumes the sink. */
  readonly isGone?: boolean;
}

/**
 * The queue of events for sinks; a delivery leaves it by being settled or buried.
 *
 * A conversation queue is the pending deliveries of one conversation to one sink, in order of sequence. The store hands
 * out only its head: a head that waits blocks its own queue and no other one.
 */
export abstract class DeliveryQueue<E extends QueuedEvent> {
  /**
   * Claims heads of conversation queues that are due, the longest overdue first, never two of one queue; none of a sink
   * that is paused or throttled. No other relay can claim them, nor other deliveries of their queues, until they are
   * settled, postponed, buried or unclaimed, or the claim expires. When a claim was lost to another relay, the
   * outcome of its delivery is not recorded (fencing).
   */
  abstract claim(claim: Claim): Promise<Delivery<E>[]>;

  /** Returns the deliveries that a relay has claimed and not finished. */
  abstract unclaim(sink: string, relay: string): Promise<void>;

  /** Whether `claim` would return a delivery. */
  abstract isDue(sink: string, now: number): Promise<boolean>;

  /** Records that the sink has accepted the event. Returns false if its conversation queue is empty, and true if it may not be. */
  abstract settle(delivery: Delivery<E>, attempt: Attempt): Promise<boolean>;

  /**
   * Records a failed attempt: the queue waits until `nextAttemptAt`, and the whole sink as the verdict says (a receiver
   * that is gone pauses its sink). Returns whether the sink was paused by it.
   */
  abstract postpone(
    delivery: Delivery<E>,
    attempt: Attempt,
    nextAttemptAt: number,
    verdict?: ReceiverVerdict,
  ): Promise<boolean>;

  /** Gives the delivery up: its queue continues with the next one. */
  abstract bury(delivery: Delivery<E>, attempt: Attempt): Promise<void>;

  /** Marks the receiver as failing for all replicas, until `until` or the next `release`. */
  abstract markFailing(sink: string, until: number): Promise<void>;

  /** Makes all postponed deliveries of a sink due, because its receiver is back. */
  abstract release(sink: string, now: number): Promise<void>;

  abstract backlog(sink: string): Promise<Backlog>;
}

/**
 * The queue of session events. Events enter it in the transaction that changes their session (the session store writes
 * them).
 *
 * Its audit records are part of the transactions: an accepted delivery adds to the totals if its sink is the CRM, and
 * writes `CRM_SYNC_SUCCESS`. The first failure of a delivery writes `CRM_SYNC_FAILED`; further ones are only counted, so
 * that a long outage does not flood the audit trail, and the burial writes it with the final error. A pause by a
 * receiver that is gone writes `SINK_PAUSED`.
 */
export abstract class OutboxStore extends DeliveryQueue<SessionEvent> {}
