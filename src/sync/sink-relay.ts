import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { backOffMs } from './back-off';
import type { Delivery } from './domain/delivery';
import { DeliveryFailedError, reasonOf } from './domain/delivery.errors';
import type { EventSink } from './ports/event.sink';
import type { OutboxStore } from './ports/outbox.store';
import { SinkLanes } from './sink-lanes';
import type { SyncTelemetry } from './sync.telemetry';

const PAUSE_MS = 500;
const IN_FLIGHT = 64;
const MAX_AGE_MS = 72 * 3_600_000;
const ATTEMPT_TIMEOUT_MS = 15_000;
/** How long a lane rests whose delivery could not be saved. */
const STORAGE_PAUSE_MS = 5_000;

/**
 * Carries the events of one sink: takes the heads of its lanes as they fall due, hands them over, and settles each
 * or lets its lane wait. An attempt ends after 15 seconds whatever the sink does; an event older than 72 hours is
 * given up. What is in flight at a crash is handed over again.
 */
export class SinkRelay {
  private readonly lanes = new SinkLanes(IN_FLIGHT);
  private readonly abort = new AbortController();
  private look: Promise<void> = Promise.resolve();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.dispatch(),
    (error) => {
      this.telemetry.troubled(error);
    },
  );

  constructor(
    private readonly sink: EventSink,
    private readonly outbox: OutboxStore,
    private readonly clock: Clock,
    private readonly telemetry: SyncTelemetry,
  ) {
    setMaxListeners(0, this.abort.signal);
  }

  start(): void {
    this.loop.start();
  }

  /** There may be something to deliver. */
  wake(): void {
    this.loop.wake();
  }

  /** Delivers what is due for up to `graceMs`, then stops and aborts what is still in flight. */
  async stop(graceMs: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([
      this.untilIdle(),
      delay(graceMs, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    over.abort();
    await this.loop.stop();
    this.abort.abort();
    await this.lanes.settled();
  }

  private async untilIdle(): Promise<void> {
    do {
      await this.dispatch().catch((error: unknown) => {
        this.telemetry.troubled(error);
      });
      await this.lanes.settled();
    } while (!this.abort.signal.aborted && (await this.isDue()));
  }

  private async isDue(): Promise<boolean> {
    try {
      return (await this.outbox.due(this.sink.name, this.clock.now(), 1)).length > 0;
    } catch (error) {
      this.telemetry.troubled(error);
      return false;
    }
  }

  /** One look at the queue at a time. */
  private dispatch(): Promise<void> {
    const next = this.look.then(() => this.beginDue());
    this.look = next.catch(() => undefined);
    return next;
  }

  private async beginDue(): Promise<void> {
    const { wanted, busy } = this.lanes;
    if (wanted === 0) return;
    for (const delivery of await this.outbox.due(this.sink.name, this.clock.now(), wanted)) {
      if (this.abort.signal.aborted) return;
      // What was in flight while the queue was read may be settled by now; its lane comes with the next look.
      if (busy.has(delivery.event.conversationId)) continue;
      this.lanes.begin(
        delivery,
        () => this.carry(delivery),
        () => {
          this.wake();
        },
      );
    }
  }

  /** Never rejects: what cannot be saved is still pending, and comes again. */
  private async carry(delivery: Delivery): Promise<void> {
    try {
      const startedAt = performance.now();
      const failure = await this.attempt(delivery);
      if (failure === undefined) await this.settle(delivery, performance.now() - startedAt);
      else if (!this.abort.signal.aborted) await this.putOff(delivery, failure.error);
    } catch (error) {
      this.telemetry.troubled(error);
      // The event is due still: a lane that went on at once would flood the receiver with it.
      await delay(STORAGE_PAUSE_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }

  private async attempt({ event }: Delivery): Promise<{ error: unknown } | undefined> {
    const attempt = new AbortController();
    const stop = (): void => {
      attempt.abort();
    };
    this.abort.signal.addEventListener('abort', stop);
    const timer = setTimeout(stop, ATTEMPT_TIMEOUT_MS);
    try {
      await Promise.race([this.sink.deliver(event, attempt.signal), rejectOnAbort(attempt.signal)]);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
      this.abort.signal.removeEventListener('abort', stop);
    }
  }

  private async settle(delivery: Delivery, latencyMs: number): Promise<void> {
    const now = this.clock.now();
    await this.outbox.settle(delivery, now, latencyMs);
    this.telemetry.delivered(delivery, latencyMs, now);
  }

  private async putOff(delivery: Delivery, error: unknown): Promise<void> {
    const now = this.clock.now();
    if (now - delivery.event.occurredAt >= MAX_AGE_MS) {
      await this.outbox.bury(delivery, now, reasonOf(error));
      this.telemetry.buried(delivery, error);
      return;
    }
    const delayMs = backOffMs(delivery.attempts + 1);
    await this.outbox.postpone(delivery, now, now + delayMs, reasonOf(error));
    this.telemetry.postponed(delivery, error, delayMs);
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
