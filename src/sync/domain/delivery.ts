import type { SessionEvent } from '../../session/domain/session-event';

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

/**
 * An event as a queue sees it. `sequence` orders the events of a conversation at one sink.
 *
 * @publicApi
 */
export type QueuedEvent = Pick<SessionEvent, 'id' | 'conversationId' | 'sequence'>;

/** One event on its way to one sink. */
export interface Delivery<E extends QueuedEvent = SessionEvent> {
  readonly event: E;
  readonly sink: string;
  /** Failed attempts since it was queued. */
  readonly attempts: number;
  /** Time at which it was queued, in epoch milliseconds: when its event happened, or an operator requested it again. */
  readonly queuedAt: number;
  /** The relay that claimed it, where several could. */
  readonly claimedBy?: string;
  /** The span that caused the event; absent if none was recorded. */
  readonly traceparent?: string;
}

/** One attempt at a delivery, with its outcome. */
export interface Attempt {
  /** End of the attempt, in epoch milliseconds. */
  readonly at: number;
  readonly latencyMs: number;
  /** The HTTP status that the receiver answered with, if it answered. */
  readonly status?: number;
  /** The reason why the event was not accepted, in the words of this service; absent when it was accepted. */
  readonly error?: string;
}

/** A delivery with its status. */
export interface DeliveryRecord extends Delivery {
  readonly status: DeliveryStatus;
  /** Time of the next attempt, in epoch milliseconds; has no meaning unless the delivery is pending. */
  readonly nextAttemptAt: number;
  /** Time at which it was accepted or given up, in epoch milliseconds. */
  readonly settledAt?: number;
  readonly lastError?: string;
}
