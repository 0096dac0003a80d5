import type { QueuedEvent } from '../domain/delivery';
import type { EventReceiver } from './event-sink';
import type { DeliveryQueue } from './outbox.store';
import type { RelayTelemetry } from './relay-telemetry';

/**
 * Sinks that come and go while the service runs, such as the webhooks of callers. They get the same delivery as an
 * `EventSink` of a module: each has a relay for as long as it has deliveries that are due.
 */
export abstract class DynamicSinks<E extends QueuedEvent = QueuedEvent> {
  abstract readonly queue: DeliveryQueue<E>;
  /** Delivers the events of every member; an event names its receiver. */
  abstract readonly sink: EventReceiver<E>;
  abstract readonly telemetry: RelayTelemetry<E>;

  /**
   * The names of members with deliveries that are due, at most `limit`. Members without events cost nothing; those that
   * are marked as failing may be left out, since the relay that has marked them probes them.
   */
  abstract due(now: number, limit: number): Promise<readonly string[]>;
}
