import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { CallerBulkhead, type ReleasePlace } from '../common/limits/caller-bulkhead';
import { EventsConfig } from '../config/events.config';
import type { EphemeralEvent } from './domain/stream-event';
import { TooManyCallerStreamsError } from './domain/too-many-caller-streams.errors';
import { TooManyStreamsError } from './domain/too-many-streams.errors';
import { EventStream, type StreamPlan } from './event-stream';
import { EventsTelemetry } from './events.telemetry';
import type { EventStreamWriter } from './event-stream-writer';
import { EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import type { EventStreamDependencies } from './event-stream-dependencies';

/** The registry of the streams of this process, of which each caller has a share. Ends them when the process stops. */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly streams = new Set<EventStream>();
  private readonly places: CallerBulkhead;

  constructor(
    private readonly subscriber: EphemeralEventSubscriber,
    private readonly drain: Drain,
    private readonly config: EventsConfig,
    private readonly telemetry: EventsTelemetry,
  ) {
    this.places = new CallerBulkhead(config.maxStreams);
    telemetry.watchClients(() => this.count);
  }

  onModuleInit(): void {
    this.drain.onBegin(() => {
      for (const stream of this.streams) stream.end('shutdown');
    });
  }

  get count(): number {
    return this.streams.size;
  }

  /**
   * Throws `TooManyCallerStreamsError`, `TooManyStreamsError` and `ShuttingDownError` before anything is written:
   * it calls `writer` only when the stream begins.
   */
  begin(plan: StreamPlan, sources: EventStreamDependencies, writer: () => EventStreamWriter): void {
    this.drain.assertOpen();
    const release = this.acquire(plan.caller);
    try {
      this.start(plan, sources, { writer: writer(), release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Passes an ephemeral event of this process to all streams. */
  pass(event: EphemeralEvent): void {
    for (const stream of this.streams) stream.pass(event);
  }

  /** Joins before the stream begins: a stream without a client ends in `begin`, and leaves then. */
  private start(
    plan: StreamPlan,
    sources: EventStreamDependencies,
    { writer, release }: { writer: EventStreamWriter; release: ReleasePlace },
  ): void {
    const stream = new EventStream(plan, sources, writer, (reason, error) => {
      release();
      this.streams.delete(stream);
      this.subscriber.unsubscribe(stream);
      this.telemetry.ended(reason, error);
    });
    this.streams.add(stream);
    this.subscriber.subscribe(stream);
    void stream.begin();
  }

  private acquire(caller: Caller): ReleasePlace {
    const share = this.shareOf(caller);
    const place = this.places.tryAcquire(caller.name, share);
    if (typeof place !== 'string') return place;
    this.telemetry.refused(place, caller);
    throw place === 'share'
      ? new TooManyCallerStreamsError(share)
      : new TooManyStreamsError(this.config.maxStreams);
  }

  /** An anonymous caller, which is the only one, may have all streams. */
  private shareOf(caller: Caller): number {
    if (caller.isAnonymous) return this.config.maxStreams;
    return caller.limits.eventStreams ?? this.config.maxStreamsPerCaller;
  }
}
