import { abortable } from '../common/time/abortable';
import { withDeadline } from '../common/time/deadline';
import type { SessionEvent } from '../session/domain/session-event';
import { DeliveryFailedError } from './domain/delivery.errors';
import type { EventSink } from './ports/event.sink';

const ATTEMPT_TIMEOUT_MS = 15_000;

/**
 * Hands an event to a sink, for 15 seconds at most, whatever the sink does; `parent` ends it sooner. Resolves with
 * what was thrown, or with nothing when the event was accepted.
 */
export async function attemptWith(
  sink: EventSink,
  event: SessionEvent,
  parent: AbortSignal,
  beforeSend: () => void,
): Promise<{ readonly error: unknown } | undefined> {
  let isLate: () => boolean = () => false;
  try {
    await withDeadline(ATTEMPT_TIMEOUT_MS, parent, (signal, isOver) => {
      isLate = isOver;
      // A sink that ignores its signal must not hold its lane for ever.
      return abortable(sink.deliver(event, signal, beforeSend), signal);
    });
    return undefined;
  } catch (error) {
    return { error: isLate() ? new DeliveryFailedError('no answer in time', { cause: error }) : error };
  }
}
