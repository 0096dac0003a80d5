import type { SessionEvent } from '../../session/domain/session-event';

/**
 * A receiver of session events.
 *
 * Delivery is at least once and in order per conversation: the next event of a conversation comes only after the
 * one before it was accepted or given up. Events of different conversations come at the same time. The same event may
 * come again after a crash; its id tells.
 */
export abstract class EventSink {
  /** Stored with every delivery, and part of metrics and routes: it must not change between releases. */
  abstract readonly name: string;

  /**
   * Resolves when the receiver has accepted the event for good; anything thrown means it has not. A
   * `DeliveryFailedError` tells why, and what that teaches about the receiver. `signal` aborts when the attempt has
   * taken too long or the process stops; nobody waits any longer then.
   */
  abstract deliver(event: SessionEvent, signal: AbortSignal): Promise<void>;
}
