import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import type { PassingEvent } from './domain/stream-event';
import { TooManyStreamsError } from './domain/too-many-streams.error';
import { EventStream, type StreamPlan, type StreamSources } from './event.stream';
import { EventsTelemetry } from './events.telemetry';
import type { Outlet } from './outlet';
import { PassingTail } from './passing.tail';

const MAX_STREAMS = 100;

/** All streams of this process. They end when the process stops. */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly streams = new Set<EventStream>();

  constructor(
    private readonly elsewhere: PassingTail,
    private readonly drain: Drain,
    private readonly telemetry: EventsTelemetry,
  ) {
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
   * Throws `TooManyStreamsError` and `ShuttingDownError` before anything is written: `outlet` is asked for only when
   * the stream begins.
   */
  begin(plan: StreamPlan, sources: StreamSources, outlet: () => Outlet): void {
    this.drain.assertOpen();
    if (this.count >= MAX_STREAMS) throw new TooManyStreamsError(MAX_STREAMS);
    const stream = new EventStream(plan, sources, outlet(), (reason, error) => {
      this.streams.delete(stream);
      this.elsewhere.leave(stream);
      this.telemetry.ended(reason, error);
    });
    this.streams.add(stream);
    this.elsewhere.join(stream);
    void stream.begin();
  }

  /** Tells all of them what this process has noticed. */
  pass(event: PassingEvent): void {
    for (const stream of this.streams) stream.pass(event);
  }
}
