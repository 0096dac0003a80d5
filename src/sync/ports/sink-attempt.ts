import { abortable } from '../../common/time/abortable';
import type { Clock } from '../../common/time/clock';
import { withDeadline } from '../../common/time/deadline';
import type { Attempt, QueuedEvent } from '../domain/delivery';
import { DeliveryFailedError, reasonOf } from '../domain/delivery.errors';
import type { EventReceiver } from './event-sink';

const ATTEMPT_TIMEOUT_MS = 15_000;

/**
 * Makes one attempt to deliver an event to a sink, with a time-out of 15 seconds even for a sink that ignores its signal;
 * `parent` aborts it sooner. Resolves with the error, or with undefined when the event was accepted.
 */
export async function attemptWith<E extends QueuedEvent>(
  sink: EventReceiver<E>,
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

/** The fencing check of a test event, which is in no queue and needs no claim. */
const ALWAYS_HELD = (): void => undefined;

/** Sends a test event once, beside the queue, and resolves with its outcome. */
export async function testAttempt<E extends QueuedEvent>(
  sink: EventReceiver<E>,
  event: E,
  clock: Clock,
): Promise<Attempt> {
  const startedAt = performance.now();
  const failure = await attemptWith(sink, event, new AbortController().signal, ALWAYS_HELD);
  const outcome = { at: clock.now(), latencyMs: Math.round(performance.now() - startedAt) };
  if (failure === undefined) return outcome;
  const { status } = failure.error instanceof DeliveryFailedError ? failure.error : {};
  return { ...outcome, error: reasonOf(failure.error), ...(status === undefined ? {} : { status }) };
}
