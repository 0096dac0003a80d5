import { FakeLease } from '../replica/ports/lease.fake';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { SyncConfig } from '../config/sync.config';
import { FigureRecorder } from '../metrics/figure-recorder';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { PoisonTelemetry } from '../metrics/poison.telemetry';
import { anEvent } from './domain/delivery.builder';
import { FakeEventSink } from './ports/event-sink.fake';
import { EventSinks } from './ports/event-sinks';
import { FakeOutboxStore } from './ports/outbox.store.fake';
import { SinkRelayFactory } from './sink-relay-factory';
import type { SinkRelay } from './sink-relay';
import { SyncTelemetry } from './sync.telemetry';

/** The dependencies of relays, in memory: a test composes relays as the service does. */
export class FakeSyncServices {
  readonly clock = new SystemClock();
  readonly outbox = new FakeOutboxStore();
  readonly metrics = new ReadableMetrics();
  readonly lease = new FakeLease();
  readonly sink = new FakeEventSink();
  readonly sinks = new EventSinks([this.sink]);
  readonly poison = new PoisonMessageReporter();
  readonly figures = new FigureRecorder();
  readonly telemetry = new SyncTelemetry(
    this.metrics,
    this.outbox,
    this.sinks,
    this.poison,
    this.clock,
    this.figures,
  );
  readonly relays: SinkRelayFactory;
  readonly relay: SinkRelay;

  constructor(settings: Partial<Environment> = {}) {
    new PoisonTelemetry(this.metrics, this.poison);
    const config = new SyncConfig(Object.assign(new Environment(), settings));
    this.relays = new SinkRelayFactory(this.outbox, this.clock, this.telemetry, config, this.lease);
    this.relay = this.relays.create(this.sink);
  }

  /** Queues the first event of `count` conversations: `name-0`, `name-1` and so on. */
  queueConversations(name: string, count: number): void {
    for (const conversationId of this.conversations(name, count))
      this.outbox.queue('crm', anEvent({ conversationId }));
  }

  conversations(name: string, count: number): string[] {
    return Array.from({ length: count }, (_, index) => `${name}-${index}`);
  }
}
