import type { SessionEvent } from '../../session/domain/session-event';

/**
 * A receiver of session events.
 *
 * Delivery is at least once and in order per conversation: the next event of a conversation comes only after the
 * one before it was accepted or given up. Events of different conversations come at the same time. The same event may
 * come again after a crash; its id tells.
 *
 * @publicApi
 */
export abstract class EventSink {
  /** Stored with every delivery, and part of metrics and routes: it must not change between releases. */
  abstract readonly name: string;

  /**
   * Resolves when the receiver has accepted the event for good; anything thrown means it has not. A
   * `DeliveryFailedError` tells why, and what that teaches about the receiver. `signal` aborts when the attempt has
   * taken too long or the process stops; its outcome is ignored then. A sink calls `beforeSend` right before the event
   * leaves the process, once its connection is there: it throws when another replica may deliver the event by now, as after
   * this process was frozen, and the sink then sends nothing. A sink that does not call it keeps the order all the same,
   * but for an event that was on its way through such a freeze.
   */
  abstract deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void>;
}
