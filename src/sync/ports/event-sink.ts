import type { SessionEvent } from '../../session/domain/session-event';
import type { QueuedEvent } from '../domain/delivery';

/**
 * A receiver of events.
 *
 * Delivery is at least once and in order per conversation: the next event of a conversation comes only after the
 * one before it was accepted or given up. Events of different conversations come at the same time. The same event may
 * come again after a crash; its id identifies it.
 */
export interface EventReceiver<E extends QueuedEvent> {
  /**
   * Resolves when the receiver has durably accepted the event; anything thrown means that it has not. A
   * `DeliveryFailedError` carries the reason and its meaning for the receiver as a whole. `signal` aborts when the attempt
   * has timed out or the process stops; the outcome is ignored then. A sink calls `beforeSend` (fencing) right before the
   * event leaves the process, once its connection is open: it throws when another replica may deliver the event by now, as
   * after this process was frozen, and the sink then sends nothing. A sink that does not call it keeps the order too,
   * except for an event that was being sent during such a freeze.
   */
  deliver(event: E, signal: AbortSignal, beforeSend: () => void): Promise<void>;
}

/**
 * A receiver of session events that a module adds; see `EventReceiver`.
 *
 * @publicApi
 */
export abstract class EventSink implements EventReceiver<SessionEvent> {
  /** Stored with every delivery, and part of metrics and routes: it must not change between releases. */
  abstract readonly name: string;

  abstract deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void>;
}
