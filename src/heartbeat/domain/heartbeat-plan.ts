export interface Postponed {
  readonly kind: 'postponed';
  readonly cause: string;
  readonly retryAfterMs?: number;
  /** Nothing was sent, because our own budget was used up: the beat is made up for soon. */
  readonly isHeldBack?: boolean;
}

/** `reason` is one of the plan's own; `endCause` is the other side's word for it. */
interface Gone {
  readonly kind: 'gone';
  readonly reason?: string;
  readonly endCause?: string;
}

/**
 * Outcome of one heartbeat. `ok` resets the count of failures; `failed` counts; `postponed` (throttled, no token, a
 * failure of our own) does not count; `gone` means that there is nothing left to keep alive.
 */
export type BeatOutcome =
  { readonly kind: 'ok' } | { readonly kind: 'failed'; readonly cause: string } | Postponed | Gone;

/** The cause of a lost heartbeat: too many failures, or `gone` with the reason of the beat. */
export type Loss =
  { readonly cause: 'failures' } | ({ readonly cause: 'gone' } & Pick<Gone, 'reason' | 'endCause'>);

export interface BeatTime {
  readonly at: number;
  readonly latenessMs: number;
}

/** All facts that the heartbeat service needs to keep something alive, passed as a value. */
export interface HeartbeatPlan {
  /** Unique among running heartbeats, and the name of the interval. */
  readonly name: string;
  /** The plan's own interval. */
  readonly intervalMs: number;
  /** Name of the group of plans that share a limit. */
  readonly group?: string;
  /** The current interval, read before each beat; if absent, the plan's own. */
  currentIntervalMs?(): number;
  /** Consecutive failures after which the heartbeat is lost. */
  readonly tolerance: number;
  /**
   * The first beat comes at a random moment within this time, so that plans that start together do not beat together.
   */
  readonly firstWithinMs: number;
  /** Delay of the begin of that time; if absent, it begins at once. */
  readonly firstAfterMs?: number;
  /**
   * Sends one beat, `at` this time in epoch milliseconds and `latenessMs` later than planned. Must not throw; an
   * error counts as a failure of our own: postponed.
   */
  beat(signal: AbortSignal, { at, latenessMs }: BeatTime): Promise<BeatOutcome>;
  /** Called when the heartbeat is lost, and again at each interval until it succeeds once. */
  onLost(loss: Loss): Promise<void>;
}
