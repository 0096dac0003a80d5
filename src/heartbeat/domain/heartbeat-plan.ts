export interface Postponed {
  readonly kind: 'postponed';
  readonly cause: string;
  readonly retryAfterMs?: number;
  /** Nothing was sent, for want of room on our side: it is made up for soon. */
  readonly isHeldBack?: boolean;
}

/** `reason` is one of the plan's own; `endCause` is the other side's word for it. */
interface Gone {
  readonly kind: 'gone';
  readonly reason?: string;
  readonly endCause?: string;
}

/**
 * What one heartbeat came to. `ok` resets the count of failures; `failed` counts; `postponed` (throttled, no token,
 * trouble of our own) counts nothing; `gone` says that there is nothing left to keep alive.
 */
export type BeatOutcome =
  { readonly kind: 'ok' } | { readonly kind: 'failed'; readonly cause: string } | Postponed | Gone;

/** Why a heartbeat is lost: it has failed too often, or there is nothing left, for the reason that the beat gave. */
export type Loss =
  { readonly cause: 'failures' } | ({ readonly cause: 'gone' } & Pick<Gone, 'reason' | 'endCause'>);

export interface BeatTime {
  readonly at: number;
  readonly latenessMs: number;
}

/** Everything the heartbeat service needs to know to keep something alive, handed over as a value. */
export interface HeartbeatPlan {
  /** Unique among running heartbeats, and the name of the interval. */
  readonly name: string;
  /** The interval by the plan's own rule. */
  readonly intervalMs: number;
  /** Plans that share a limit. */
  readonly group?: string;
  /** The interval at the moment, asked for before each beat; the own one when absent. */
  currentIntervalMs?(): number;
  /** Consecutive failures after which the heartbeat is lost. */
  readonly tolerance: number;
  /** The first beat comes at a random moment within this time, so that what started together does not beat together. */
  readonly firstWithinMs: number;
  /**
   * One beat, `at` this time in epoch milliseconds and `latenessMs` later than planned. Must not throw; if it does, that is our
   * trouble: postponed.
   */
  beat(signal: AbortSignal, { at, latenessMs }: BeatTime): Promise<BeatOutcome>;
  /** Called when the heartbeat is lost, and again at each interval until it succeeds once. */
  onLost(loss: Loss): Promise<void>;
}
