import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import type { SessionEvent } from '../session/domain/session-event';
import { InFlightShares } from '../common/limits/in-flight-shares';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import type { Attempt } from './domain/delivery';
import { DeliveryFailedError, reasonOf } from './domain/delivery.errors';
import { SinkNotFoundError } from './domain/sync.errors';
import type { EventSink } from './ports/event.sink';
import { EventSinks } from './ports/event-sinks';
import { SinkStore } from './ports/sink.store';
import { OutboxRelay } from './outbox.relay';
import { attemptWith } from './sink-attempt';

/** Tests at a time; the connections to a receiver are 64. */
const TESTS = 4;
/** A test event is of no lane: it cannot come too late. */
const OF_NO_CLAIM = (): void => undefined;

/** What operators can do with sinks. Every method throws `SinkNotFoundError` for a name that no sink has. */
@Injectable()
export class SinksService {
  private readonly tests: InFlightShares;

  constructor(
    private readonly sinks: EventSinks,
    private readonly store: SinkStore,
    private readonly clock: Clock,
    private readonly relay: OutboxRelay,
    access: AccessConfig,
  ) {
    const share = (): number => (access.isShared('deliveries.operate') ? TESTS / 2 : TESTS);
    this.tests = new InFlightShares(TESTS, share);
  }

  /** Keeps the sink's events instead of delivering them; what is in flight is finished. */
  async pause(name: string): Promise<void> {
    await this.store.pause(this.sinkOf(name).name, this.clock.now());
  }

  /** Delivers again, what has waited first. */
  async resume(name: string): Promise<void> {
    await this.store.resume(this.sinkOf(name).name, this.clock.now());
    this.relay.resumed(name);
  }

  /**
   * Hands one event of no session to the sink, beside the queue and whatever state the sink is in, and records that.
   * Throws `TooManyInFlightError` when too many do so: deliveries use the same connections.
   */
  async test(name: string): Promise<Attempt> {
    const sink = this.sinkOf(name);
    const release = this.tests.take();
    const attempt = await this.attempt(sink).finally(release);
    await this.store.recordTest(name, attempt);
    return attempt;
  }

  private async attempt(sink: EventSink): Promise<Attempt> {
    const startedAt = performance.now();
    const failure = await attemptWith(sink, this.testEvent(), new AbortController().signal, OF_NO_CLAIM);
    const outcome = { at: this.clock.now(), latencyMs: Math.round(performance.now() - startedAt) };
    if (failure === undefined) return outcome;
    const { status } = failure.error instanceof DeliveryFailedError ? failure.error : {};
    return { ...outcome, error: reasonOf(failure.error), ...(status === undefined ? {} : { status }) };
  }

  private sinkOf(name: string): EventSink {
    const sink = this.sinks.get(name);
    if (sink === undefined) throw new SinkNotFoundError();
    return sink;
  }

  private testEvent(): SessionEvent {
    return {
      id: uuid(),
      conversationId: uuid(),
      sequence: 1,
      state: 'test',
      occurredAt: this.clock.now(),
      metadata: {},
    };
  }
}
