import type { SessionEvent } from '../../session/domain/session-event';

/** One event on its way to one sink. */
export interface Delivery {
  readonly event: SessionEvent;
  readonly sink: string;
  /** Failed attempts so far. */
  readonly attempts: number;
}
