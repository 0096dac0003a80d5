import type { Attempt } from '../domain/delivery';

/** The cause of a pause: an operator, or a receiver that accepts no events any more. */
export type PauseReason = 'operator' | 'receiver-gone';

/** The state of a sink as operators, its receiver and the relays have set it. Shared by all replicas. */
export interface SinkState {
  readonly paused?: { readonly at: number; readonly reason: PauseReason };
  /** End of the throttling that the receiver has asked for, in epoch milliseconds; may be over. */
  readonly retryAfter?: number;
  /** End of the condition `failing` unless a relay extends it, in epoch milliseconds; may be over. */
  readonly failingUntil?: number;
}

/** The state of sinks, which outlives restarts. A sink without an entry is neither paused nor throttled. */
export abstract class SinkStore {
  abstract state(sink: string): Promise<SinkState>;

  /** Stops deliveries to the sink and keeps its events. Idempotent. Writes `SINK_PAUSED`. */
  abstract pause(sink: string, at: number): Promise<void>;

  /** Ends a pause and a throttling, and makes all postponed deliveries due. Writes `SINK_RESUMED`. */
  abstract resume(sink: string, at: number): Promise<void>;

  /** Writes `SINK_TESTED`: an operator has sent a test event to the sink. */
  abstract recordTest(sink: string, attempt: Attempt): Promise<void>;
}
