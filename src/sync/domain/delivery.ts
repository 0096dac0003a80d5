import type { SessionEvent } from '../../session/domain/session-event';

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

/** One event on its way to one sink. */
export interface Delivery {
  readonly event: SessionEvent;
  readonly sink: string;
  /** Failed attempts since it was queued. */
  readonly attempts: number;
  /** Since when it is waiting, in epoch milliseconds: since its event happened, or since an operator asked for it again. */
  readonly queuedAt: number;
  /** The relay that claimed it, where several could. */
  readonly claimedBy?: string;
}

/** One handing over of an event to its sink, as it went. */
export interface Attempt {
  /** When it was over, in epoch milliseconds. */
  readonly at: number;
  readonly latencyMs: number;
  /** What an HTTP receiver answered with, if it answered. */
  readonly status?: number;
  /** Why the event was not accepted, in our own words; absent when it was. */
  readonly error?: string;
}

/** What there is to know about a delivery. */
export interface DeliveryRecord extends Delivery {
  readonly status: DeliveryStatus;
  /** When it is attempted next, in epoch milliseconds; means nothing unless it is pending. */
  readonly nextAttemptAt: number;
  /** When it was accepted or given up, in epoch milliseconds. */
  readonly settledAt?: number;
  readonly lastError?: string;
}
