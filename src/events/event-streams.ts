import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { CallerShares, type ReleasePlace } from '../common/limits/caller-shares';
import { EventsConfig } from '../config/events.config';
import type { EphemeralEvent } from './domain/stream-event';
import { TooManyCallerStreamsError } from './domain/too-many-caller-streams.errors';
import { TooManyStreamsError } from './domain/too-many-streams.errors';
import { EventStream, type StreamPlan } from './event-stream';
import { EventsTelemetry } from './events.telemetry';
import type { Outlet } from './outlet';
import { EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import type { StreamSources } from './stream-sources';

/** All streams of this process, of which a caller has a share. They end when the process stops. */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly streams = new Set<EventStream>();
  private readonly places: CallerShares;

  constructor(
    private readonly elsewhere: EphemeralEventSubscriber,
    private readonly drain: Drain,
    private readonly config: EventsConfig,
    private readonly telemetry: EventsTelemetry,
  ) {
    this.places = new CallerShares(config.maxStreams);
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
   * `outlet` is asked for only when the stream begins.
   */
  begin(plan: StreamPlan, sources: StreamSources, outlet: () => Outlet): void {
    this.drain.assertOpen();
    const release = this.acquire(plan.caller);
    try {
      this.start(plan, sources, { outlet: outlet(), release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Tells all of them what this process has noticed. */
  pass(event: EphemeralEvent): void {
    for (const stream of this.streams) stream.pass(event);
  }

  /** Joins before the stream begins: one whose client is gone ends in `begin`, and leaves then. */
  private start(
    plan: StreamPlan,
    sources: StreamSources,
    { outlet, release }: { outlet: Outlet; release: ReleasePlace },
  ): void {
    const stream = new EventStream(plan, sources, outlet, (reason, error) => {
      release();
      this.streams.delete(stream);
      this.elsewhere.leave(stream);
      this.telemetry.ended(reason, error);
    });
    this.streams.add(stream);
    this.elsewhere.join(stream);
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

  /** Without callers to tell apart, the share is the whole. */
  private shareOf(caller: Caller): number {
    if (caller.isAnonymous) return this.config.maxStreams;
    return caller.limits.eventStreams ?? this.config.maxStreamsPerCaller;
  }
}
