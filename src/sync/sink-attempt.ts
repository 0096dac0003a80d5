import { abortable } from '../common/time/abortable';
import { withDeadline } from '../common/time/deadline';
import type { QueuedEvent } from './domain/delivery';
import { DeliveryFailedError } from './domain/delivery.errors';
import type { EventSink } from './ports/event-sink';

const ATTEMPT_TIMEOUT_MS = 15_000;

/**
 * Makes one attempt to deliver an event to a sink, with a time-out of 15 seconds even for a sink that ignores its signal;
 * `parent` aborts it sooner. Resolves with the error, or with undefined when the event was accepted.
 */
export async function attemptWith<E extends QueuedEvent>(
  sink: EventSink<E>,
  event: E,
  parent: AbortSignal,
  beforeSend: () => void,
): Promise<{ readonly error: unknown } | undefined> {
  try {
    await withDeadline(
      ATTEMPT_TIMEOUT_MS,
      parent,
      // A sink that ignores its signal must not block its conversation queue.
      (signal) => abortable(sink.deliver(event, signal, beforeSend), signal),
      (cause) => new DeliveryFailedError('no answer in time', { cause }),
    );
    return undefined;
  } catch (error) {
    return { error };
  }
}
