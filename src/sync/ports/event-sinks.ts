import { SINK_NAME } from '../domain/sink-name';
import type { EventSink } from './event-sink';

/**
 * The receivers of session events. A module adds its sink while it starts (`onModuleInit`); an event is queued for
 * each of them when it happens, so a sink that is added later misses the events before.
 *
 * @publicApi
 */
export class EventSinks {
  private readonly sinks = new Map<string, EventSink>();

  constructor(sinks: readonly EventSink[] = []) {
    for (const sink of sinks) this.add(sink);
  }

  /** Throws for a name that is taken, or that is not lower-case letters, digits and hyphens, 40 at most. */
  add(sink: EventSink): void {
    if (!SINK_NAME.test(sink.name)) throw new Error(`"${sink.name}" cannot be the name of an event sink`);
    if (this.sinks.has(sink.name)) throw new Error(`There are two event sinks named "${sink.name}"`);
    this.sinks.set(sink.name, sink);
  }

  get(name: string): EventSink | undefined {
    return this.sinks.get(name);
  }

  get all(): readonly EventSink[] {
    return [...this.sinks.values()];
  }

  get names(): string[] {
    return [...this.sinks.keys()];
  }
}
