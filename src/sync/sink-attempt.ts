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
): Promise<{ readonly error: unknown } | undefined> {
  const attempt = new AbortController();
  const stop = (): void => {
    attempt.abort();
  };
  parent.addEventListener('abort', stop);
  const timer = setTimeout(stop, ATTEMPT_TIMEOUT_MS);
  try {
    await Promise.race([sink.deliver(event, attempt.signal), rejectOnAbort(attempt.signal)]);
    return undefined;
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', stop);
  }
}

/** A sink that ignores its signal must not hold its lane for ever. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(new DeliveryFailedError('no answer in time'));
      },
      { once: true },
    );
  });
}
