import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import type { SessionEvent } from '../session/domain/session-event';
import { RequestBulkhead } from '../common/limits/request-bulkhead';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import type { Attempt } from './domain/delivery';
import { SinkNotFoundError } from './domain/sync.errors';
import type { EventSink } from './ports/event-sink';
import { EventSinks } from './ports/event-sinks';
import { SinkStore } from './ports/sink.store';
import { OutboxRelay } from './outbox.relay';
import { testAttempt } from './ports/sink-attempt';

/** Tests at a time; the connections to a receiver are 64. */
const TESTS = 4;

/** The actions of operators on sinks. Every method throws `SinkNotFoundError` for a name that no sink has. */
@Injectable()
export class SinksService {
  private readonly tests: RequestBulkhead;

  constructor(
    private readonly sinks: EventSinks,
    private readonly store: SinkStore,
    private readonly clock: Clock,
    private readonly relay: OutboxRelay,
    access: AccessConfig,
  ) {
    const share = (): number => (access.isShared('deliveries.operate') ? TESTS / 2 : TESTS);
    this.tests = new RequestBulkhead(TESTS, share);
  }

  /** Keeps the events of the sink instead of delivering them; deliveries in flight are finished. */
  async pause(name: string): Promise<void> {
    await this.store.pause(this.sinkOf(name).name, this.clock.now());
  }

  /** Resumes delivery, the oldest events first. */
  async resume(name: string): Promise<void> {
    await this.store.resume(this.sinkOf(name).name, this.clock.now());
    this.relay.resumed(name);
  }

  /**
   * Sends one event without a session to the sink, beside the queue and in any condition of the sink, and records that.
   * Throws `TooManyInFlightError` when too many tests run: deliveries use the same connections.
   */
  async test(name: string): Promise<Attempt> {
    const sink = this.sinkOf(name);
    const release = this.tests.take();
    const attempt = await testAttempt(sink, this.testEvent(), this.clock).finally(release);
    await this.store.recordTest(name, attempt);
    return attempt;
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
