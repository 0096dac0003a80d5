import type { EventSink } from './event.sink';

/** The sinks that this service was composed with. An event is queued for each of them when it happens. */
export class EventSinks {
  constructor(readonly all: readonly EventSink[]) {}

  get names(): string[] {
    return this.all.map((sink) => sink.name);
  }
}
