import type { Environment } from './environment';

/** How many event streams this process serves at once. */
export class EventsConfig {
  readonly maxStreams: number;
  /** The share of a caller that has none of its own. */
  readonly maxStreamsPerCaller: number;

  constructor(environment: Environment) {
    this.maxStreams = environment.EVENT_STREAMS_MAX;
    this.maxStreamsPerCaller = environment.EVENT_STREAMS_MAX_PER_CALLER;
  }
}
