import { Injectable, Logger } from '@nestjs/common';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Clock } from '../common/time/clock';
import { FigureRecorder } from '../metrics/figure-recorder';
import { Metrics } from '../metrics/metrics';
import type { SessionEvent } from '../session/domain/session-event';
import type { Delivery } from './domain/delivery';
import { EventSinks } from './ports/event-sinks';
import { type Backlog, OutboxStore } from './ports/outbox.store';
import type { RelayTelemetry } from './ports/relay-telemetry';

/** The business events of deliveries: log line and counter side by side. */
@Injectable()
export class SyncTelemetry implements RelayTelemetry<SessionEvent> {
  private readonly log = new Logger('Sync');
  /** All gauges of a scrape share one reading of a queue. */
  private readonly readings = new Map<string, Promise<Backlog>>();
  private readonly attempts;
  private readonly latencies;
  private readonly delays;
  private readonly replays;

  constructor(
    metrics: Metrics,
    private readonly outbox: OutboxStore,
    sinks: EventSinks,
    private readonly poison: PoisonMessageReporter,
    clock: Clock,
    private readonly figures: FigureRecorder,
  ) {
    this.attempts = metrics.counter('delivery_attempts_total', 'Delivery attempts by result', [
      'sink',
      'result',
    ]);
    this.latencies = metrics.histogram(
      'delivery_duration_seconds',
      'Latency of accepted deliveries',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      ['sink'],
    );
    this.delays = metrics.histogram(
      'delivery_event_delay_seconds',
      'Time from the change of a session, or from an operator asking again, to its delivery',
      [0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
      ['sink'],
    );
    this.replays = metrics.counter('outbox_replayed_total', 'Deliveries that an operator asked for again');
    const bySink =
      (read: (backlog: Backlog) => number): (() => Record<string, () => Promise<number>>) =>
      () =>
        Object.fromEntries(sinks.names.map((sink) => [sink, async () => read(await this.backlogOf(sink))]));
    const gauges: readonly (readonly [name: string, help: string, read: (backlog: Backlog) => number])[] = [
      ['outbox_pending', 'Events waiting for a sink', ({ pending }) => pending],
      [
        'outbox_oldest_age_seconds',
        'For how long the oldest event waiting for a sink has been waiting',
        ({ oldestAt }) => (oldestAt === undefined ? 0 : (clock.now() - oldestAt) / 1000),
      ],
      [
        'outbox_blocked_conversations',
        'Conversations whose next delivery was refused',
        ({ blockedConversations }) => blockedConversations,
      ],
      ['outbox_dead', 'Events that were given up and are still kept', ({ dead }) => dead],
    ];
    for (const [name, help, read] of gauges) metrics.gaugeBy(name, help, 'sink', bySink(read));
  }

  failing(sink: string): void {
    this.log.error({ message: 'Receiver failing; probes only', sink });
  }

  recovered(sink: string): void {
    this.log.log({ message: 'Receiver recovered; postponed deliveries resumed', sink });
  }

  receiverGone(sink: string): void {
    this.log.error({
      message: 'Receiver gone; sink paused until an operator resumes it',
      sink,
    });
  }

  delivered({ sink, queuedAt }: Delivery, latencyMs: number, now: number): void {
    this.attempts.inc({ sink, result: 'ok' });
    this.latencies.observe({ sink }, latencyMs / 1000);
    const delayMs = Math.max(0, now - queuedAt);
    this.delays.observe({ sink }, delayMs / 1000);
    this.figures.delivered(delayMs);
  }

  postponed(delivery: Delivery, error: unknown, delayMs: number): void {
    this.attempts.inc({ sink: delivery.sink, result: 'failed' });
    const facts = this.factsOf(delivery);
    this.log.warn({ message: 'Delivery failed; retried later', ...facts, delayMs, error });
  }

  buried(delivery: Delivery, error: unknown): void {
    this.attempts.inc({ sink: delivery.sink, result: 'dead' });
    this.figures.deliveryBuried();
    this.log.error({
      message: 'Delivery given up; event too old',
      ...this.factsOf(delivery),
      error,
    });
  }

  /** The database refuses the outcome of the delivery permanently. */
  poisoned({ sink, event }: Delivery, error: unknown): void {
    this.poison.report('deliveries', `${sink} ${event.id}`, error, event.conversationId);
  }

  /** An operator has requested `count` deliveries again. */
  replayed(count: number): void {
    this.replays.inc(count);
  }

  operationFailed(error: unknown): void {
    this.log.warn({ message: 'Outbox access failed; retried later', error });
  }

  private backlogOf(sink: string): Promise<Backlog> {
    const reading =
      this.readings.get(sink) ??
      this.outbox.backlog(sink).finally(() => {
        this.readings.delete(sink);
      });
    this.readings.set(sink, reading);
    return reading;
  }

  private factsOf({ sink, event, attempts }: Delivery): Record<string, string | number> {
    const { conversationId, id: eventId, sequence, state } = event;
    return { sink, conversationId, eventId, sequence, state, attempts: attempts + 1 };
  }
}
