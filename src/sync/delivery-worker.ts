import { sleep } from '../common/time/sleep';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { RequestContext } from '../common/logging/request-context';
import { type Span, Spans } from '../common/tracing/spans';
import type { Clock } from '../common/time/clock';
import type { Attempt, Delivery, QueuedEvent } from './domain/delivery';
import { ClaimLostError, DeliveryFailedError, reasonOf } from './domain/delivery.errors';
import { RetrySchedule } from './domain/retry-schedule';
import type { EventReceiver } from './ports/event-sink';
import type { DeliveryQueue, ReceiverVerdict } from './ports/outbox.store';
import type { RelayTelemetry } from './ports/relay-telemetry';
import { attemptWith } from './ports/sink-attempt';

/** Pause of a conversation queue after its delivery could not be saved. */
const STORAGE_PAUSE_MS = 5_000;

/**
 * `drained` when it was delivered and its conversation queue is empty, `unknown` when the attempt was aborted or not
 * recorded, `stuck` when the database refuses its record permanently.
 */
export type DeliveryOutcome = 'delivered' | 'drained' | 'failed' | 'unknown' | 'stuck';

/** The relay of a delivery, as its attempt needs it. */
export interface AttemptCallbacks {
  /** The fencing check: a delivery with a lost claim is not sent, which is no failure of its receiver. */
  readonly isHeld: () => boolean;
  /** The receiver has answered, or not in time; what follows is the record of it. */
  readonly answered: () => void;
}

/**
 * Makes one attempt at a delivery and records its outcome: accepted, postponed, or given up. A delivery is given up as
 * well when the outbox refuses its record.
 */
export class DeliveryWorker<E extends QueuedEvent> {
  constructor(
    private readonly sink: EventReceiver<E>,
    private readonly outbox: DeliveryQueue<E>,
    private readonly clock: Clock,
    private readonly schedule: RetrySchedule,
    private readonly telemetry: RelayTelemetry<E>,
  ) {}

  /**
   * Never rejects: a delivery is still pending when its outcome could not be saved, and is attempted again (at-least-once).
   * Each attempt is a span of the trace that caused the event, if that was recorded, and otherwise a trace of its own.
   */
  deliver(delivery: Delivery<E>, signal: AbortSignal, callbacks: AttemptCallbacks): Promise<DeliveryOutcome> {
    return RequestContext.beginTrace(() =>
      Spans.run(
        'delivery.attempt',
        async (span) => {
          if (span.isRecording) describe(span, delivery);
          const outcome = await this.attempt(delivery, signal, callbacks);
          span.set('delivery.outcome', outcome);
          if (outcome === 'failed' || outcome === 'stuck') span.fail(outcome);
          return outcome;
        },
        { kind: 'client', cause: delivery.traceparent },
      ),
    );
  }

  private async attempt(
    delivery: Delivery<E>,
    signal: AbortSignal,
    { isHeld, answered }: AttemptCallbacks,
  ): Promise<DeliveryOutcome> {
    const claim = { isLost: false };
    const beforeSend = (): void => {
      claim.isLost = !isHeld();
      if (claim.isLost) throw new ClaimLostError();
    };
    try {
      const startedAt = performance.now();
      const failure = await attemptWith(this.sink, delivery.event, signal, beforeSend);
      answered();
      const latencyMs = performance.now() - startedAt;
      if (failure === undefined) return await this.settle(delivery, latencyMs);
      return signal.aborted || claim.isLost
        ? 'unknown'
        : await this.scheduleRetry(delivery, failure.error, latencyMs);
    } catch (error) {
      if (error instanceof DataRefusedError) return this.giveUp(delivery, error, signal);
      return this.rest(error, signal);
    }
  }

  /** The event is still due: without a pause, its conversation queue would flood the receiver with it. */
  private async rest(error: unknown, signal: AbortSignal): Promise<'unknown'> {
    this.telemetry.operationFailed(error);
    await sleep(STORAGE_PAUSE_MS, signal);
    return 'unknown';
  }

  private async settle(delivery: Delivery<E>, latencyMs: number): Promise<DeliveryOutcome> {
    const at = this.clock.now();
    const mayContinue = await this.outbox.settle(delivery, { at, latencyMs });
    this.telemetry.delivered(delivery, latencyMs, at);
    return mayContinue ? 'delivered' : 'drained';
  }

  private async scheduleRetry(
    delivery: Delivery<E>,
    error: unknown,
    latencyMs: number,
  ): Promise<DeliveryOutcome> {
    const at = this.clock.now();
    const attempt = failedAttempt(error, at, latencyMs);
    const verdict = verdictOf(error, at);
    // The refusal of a receiver that is gone is not about the event, which is kept at any age.
    const ageMs = verdict.isGone === true ? 0 : at - delivery.queuedAt;
    const waitMs = this.schedule.waitMs(delivery.attempts + 1, ageMs);
    if (waitMs === undefined) {
      await this.outbox.bury(delivery, attempt);
      this.telemetry.buried(delivery, error);
    } else {
      const isPaused = await this.outbox.postpone(delivery, attempt, at + waitMs, verdict);
      this.telemetry.postponed(delivery, error, waitMs);
      if (isPaused) this.telemetry.receiverGone(delivery.sink);
    }
    return 'failed';
  }

  /** A delivery that is never settled would be sent again and again, and block its conversation queue. */
  private async giveUp(
    delivery: Delivery<E>,
    refusal: DataRefusedError,
    signal: AbortSignal,
  ): Promise<'unknown' | 'stuck'> {
    this.telemetry.poisoned(delivery, refusal);
    try {
      await this.outbox.bury(delivery, { at: this.clock.now(), latencyMs: 0, error: refusal.message });
      return 'unknown';
    } catch (error) {
      return error instanceof DataRefusedError ? 'stuck' : this.rest(error, signal);
    }
  }
}

function describe(span: Span, { sink, event, attempts }: Delivery<QueuedEvent>): void {
  span.set('delivery.sink', sink);
  span.set('delivery.attempt', attempts + 1);
  span.set('conversation.id', event.conversationId);
}

function failedAttempt(error: unknown, at: number, latencyMs: number): Attempt {
  const { status } = error instanceof DeliveryFailedError ? error : {};
  return { at, latencyMs, error: reasonOf(error), ...(status === undefined ? {} : { status }) };
}

function verdictOf(error: unknown, at: number): ReceiverVerdict {
  if (!(error instanceof DeliveryFailedError)) return {};
  const { retryAfterMs, isReceiverGone: isGone } = error;
  return {
    ...(retryAfterMs === undefined ? {} : { retryAfter: at + RetrySchedule.throttledMs(retryAfterMs) }),
    ...(isGone ? { isGone } : {}),
  };
}
