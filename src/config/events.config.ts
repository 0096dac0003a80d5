import type { Environment } from './environment';

/** Limits of event streams in this process. */
export class EventsConfig {
  readonly maxStreams: number;
  /** The limit of a caller without one of its own. */
  readonly maxStreamsPerCaller: number;

  constructor(environment: Environment) {
    this.maxStreams = environment.EVENT_STREAMS_MAX;
    this.maxStreamsPerCaller = environment.EVENT_STREAMS_MAX_PER_CALLER;
  }
}
