import type { Attempt, Delivery } from '../domain/delivery';

/** How full a sink's queue is. */
export interface Backlog {
  readonly pending: number;
  /** Since when the oldest pending event waits, in epoch milliseconds; absent when none is pending. */
  readonly oldestAt?: number;
  /** Pending events whose last attempt failed: each is the head of a lane that waits. */
  readonly blockedConversations: number;
  /** Events that were given up and are still kept. */
  readonly dead: number;
}

/** Who wants what of a sink's queue, and until when it is theirs alone. */
export interface Claim {
  readonly sink: string;
  /** Who claims: a relay of one process. */
  readonly relay: string;
  readonly now: number;
  readonly until: number;
  readonly limit: number;
  /** Conversations whose lanes are not wanted: the relay has them in hand. */
  readonly except?: readonly string[];
  /** Heads of lanes that are not due as well, untried ones first: to find out whether the receiver is back. */
  readonly isProbe?: boolean;
}

/** What a failed attempt means for the receiver as a whole. */
export interface ReceiverVerdict {
  /** No event is handed out before this moment, in epoch milliseconds. */
  readonly retryAfter?: number;
  /** No event is handed out until an operator resumes the sink. */
  readonly isGone?: boolean;
}

/**
 * The queue of events for the sinks. Events enter it in the transaction that changes their session (the session
 * store writes them); a delivery leaves it by being settled or buried.
 *
 * A lane is one conversation's pending deliveries to one sink, in order of sequence. Only the head of a lane is
 * ever handed out: a waiting head holds up its own lane and nobody else's.
 */
export abstract class OutboxStore {
  /**
   * Heads of lanes that are due, the longest overdue first, never two of one lane; none of a sink that is paused or
   * wants to be left alone. No other relay gets them, nor anything else of their lanes, until they are settled,
   * postponed, buried or unclaimed, or the claim is over. A claim that was lost to another relay changes nothing
   * any more: what came of its delivery is not recorded.
   */
  abstract claim(claim: Claim): Promise<Delivery[]>;

  /** Gives back what a relay claimed and did not finish. */
  abstract unclaim(sink: string, relay: string): Promise<void>;

  /** Whether `claim` would hand something out. */
  abstract isDue(sink: string, now: number): Promise<boolean>;

  /** Accepted by the sink: marks it, adds to the totals if it is the CRM, and writes `CRM_SYNC_SUCCESS`, in one transaction. */
  abstract settle(delivery: Delivery, attempt: Attempt): Promise<void>;

  /**
   * Not accepted: keeps the lane waiting until `nextAttemptAt`, and the whole sink as the verdict says (a receiver
   * that is gone is paused, with a `SINK_PAUSED`). The first failure of a delivery also writes `CRM_SYNC_FAILED`;
   * further ones are only counted, so that a long outage does not flood the audit trail. Returns whether the sink was
   * paused by it.
   */
  abstract postpone(
    delivery: Delivery,
    attempt: Attempt,
    nextAttemptAt: number,
    verdict?: ReceiverVerdict,
  ): Promise<boolean>;

  /** Given up: the lane goes on without it. Writes `CRM_SYNC_FAILED` with the final error. */
  abstract bury(delivery: Delivery, attempt: Attempt): Promise<void>;

  /** Tells every process that a receiver is failing, until it is told again, its receiver is back, or that moment comes. */
  abstract markFailing(sink: string, until: number): Promise<void>;

  /** Makes every waiting lane of a sink due: its receiver is back. */
  abstract release(sink: string, now: number): Promise<void>;

  abstract backlog(sink: string): Promise<Backlog>;
}
