import type { DataRefusedError } from '../../common/errors/data-refused.errors';
import type { Delivery, QueuedEvent } from '../domain/delivery';

/** The business events of a relay, as log lines and metrics. No method throws. */
export interface RelayTelemetry<E extends QueuedEvent> {
  /** The receiver as a whole is failing: it gets probes only. */
  failing(sink: string): void;
  recovered(sink: string): void;
  /** The receiver accepts no events any more, and its sink was paused. */
  receiverGone(sink: string): void;
  delivered(delivery: Delivery<E>, latencyMs: number, now: number): void;
  postponed(delivery: Delivery<E>, error: unknown, delayMs: number): void;
  /** The delivery was given up. */
  buried(delivery: Delivery<E>, error: unknown): void;
  /** The database refuses the outcome of the delivery permanently. */
  poisoned(delivery: Delivery<E>, error: DataRefusedError): void;
  /** The queue could not be read or changed. */
  operationFailed(error: unknown): void;
}
