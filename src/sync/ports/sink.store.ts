import type { Attempt } from '../domain/delivery';

/** Why a sink gets no events: an operator said so, or its receiver said that it wants none any more. */
export type PauseReason = 'operator' | 'receiver-gone';

/** How an operator, the receiver itself and the processes that deliver to it have left a sink. Shared by all processes on one database. */
export interface SinkState {
  readonly paused?: { readonly at: number; readonly reason: PauseReason };
  /** The receiver asked to be left alone until then, in epoch milliseconds; may be over. */
  readonly retryAfter?: number;
  /** A process has found the receiver failing, and is about to look again before then; may be over. */
  readonly failingUntil?: number;
}

/** The state of sinks, which outlives restarts. A sink without an entry is neither paused nor throttled. */
export abstract class SinkStore {
  abstract state(sink: string): Promise<SinkState>;

  /** Hands out nothing more to the sink; its events are kept. Pausing twice changes nothing. Writes `SINK_PAUSED`. */
  abstract pause(sink: string, at: number): Promise<void>;

  /** Ends a pause and a throttling, and makes every waiting lane due. Writes `SINK_RESUMED`. */
  abstract resume(sink: string, at: number): Promise<void>;

  /** Writes `SINK_TESTED`: an operator has had an event of no session handed to the sink. */
  abstract recordTest(sink: string, attempt: Attempt): Promise<void>;
}
