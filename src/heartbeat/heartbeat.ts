import type { BeatOutcome, BeatTime, HeartbeatPlan, Loss, Postponed } from './domain/heartbeat-plan';

/** A smaller change of pace does not replace the interval. */
const SAME_PACE = 0.02;

/** The status of a heartbeat. */
export interface HeartbeatStatus {
  readonly intervalMs: number;
  /** Epoch milliseconds; absent before the first success in this process. */
  readonly lastSuccessAt?: number;
  readonly consecutiveFailures: number;
}

/** Callbacks of a heartbeat to the owner of its timer. */
export interface HeartbeatReports {
  readonly over: () => void;
  readonly trouble: (message: string, error: unknown) => void;
  /** Asks for the next beat this soon, before the next interval. */
  readonly again?: (delayMs: number) => void;
}

/** The earliest time for the repetition of a postponed beat, and the spread of such repetitions. */
const MAKE_UP_MS = 1_000;
const MAKE_UP_SPREAD = 0.3;

/**
 * One running heartbeat.
 *
 *   beating ── as many failures in a row as tolerated, or gone ──▶ lost ── reported ──▶ over
 *
 * `tick` never rejects and returns at once while its predecessor is in flight: a slow beat must not stack up behind
 * itself. Its schedule runs on the monotonic clock; `now` is the reported time of beats and of the last success.
 */
export class Heartbeat {
  private readonly abort = new AbortController();
  private consecutiveFailures = 0;
  private lastSuccessAt: number | undefined;
  private lost: Loss | undefined;
  private notBefore = -Infinity;
  private inFlight: Promise<void> | undefined;
  private dueAt: number;
  private nextDueAt: number;
  private paceMs: number;
  private hasPhase = false;

  constructor(
    readonly plan: HeartbeatPlan,
    firstDelayMs: number,
    private readonly now: () => number,
    private readonly report: HeartbeatReports,
  ) {
    this.dueAt = performance.now() + firstDelayMs;
    this.nextDueAt = this.dueAt;
    this.paceMs = plan.intervalMs;
  }

  get status(): HeartbeatStatus {
    return {
      intervalMs: this.paceMs,
      consecutiveFailures: this.consecutiveFailures,
      ...(this.lastSuccessAt === undefined ? {} : { lastSuccessAt: this.lastSuccessAt }),
    };
  }

  /** Resolves when the beat in flight, if any, has ended. */
  get idle(): Promise<void> {
    return this.inFlight ?? Promise.resolve();
  }

  tick(): void {
    const now = performance.now();
    const latenessMs = Math.max(0, now - this.dueAt);
    this.dueAt = this.nextDueAt;
    if (this.inFlight !== undefined || now < this.notBefore) return;
    this.inFlight = this.run({ at: this.now(), latenessMs }).finally(() => {
      this.inFlight = undefined;
    });
  }

  /** Time from the beat that is due now to the next one. */
  nextDelayMs(): number {
    const wantedMs = this.plan.currentIntervalMs?.() ?? this.plan.intervalMs;
    if (Math.abs(wantedMs - this.paceMs) > this.paceMs * SAME_PACE) this.paceMs = wantedMs;
    // First beats that were pressed together must be spread: the second one is drawn from the whole interval.
    const isPressed = !this.hasPhase && this.plan.firstWithinMs < this.paceMs;
    this.hasPhase = true;
    const delayMs = isPressed ? Math.random() * this.paceMs : this.paceMs;
    this.nextDueAt = performance.now() + delayMs;
    return delayMs;
  }

  /** Ends the postponement: the next beat is not held back. */
  beatNow(): void {
    this.notBefore = -Infinity;
  }

  /** Aborts the beat in flight. */
  cancel(): void {
    this.abort.abort();
  }

  private async run(time: BeatTime): Promise<void> {
    // A loss that could not be reported is reported again, without another beat.
    this.lost ??= this.lossAfter(await this.send(time));
    if (this.lost === undefined || this.abort.signal.aborted) return;
    try {
      await this.plan.onLost(this.lost);
      this.report.over();
    } catch (error) {
      this.report.trouble('A lost heartbeat could not be reported; trying again at the next interval', error);
    }
  }

  private async send(time: BeatTime): Promise<BeatOutcome> {
    try {
      return await this.plan.beat(this.abort.signal, time);
    } catch (error) {
      this.report.trouble('A beat threw instead of telling its outcome', error);
      return { kind: 'postponed', cause: 'internal' };
    }
  }

  private lossAfter(outcome: BeatOutcome): Loss | undefined {
    switch (outcome.kind) {
      case 'ok':
        this.consecutiveFailures = 0;
        this.lastSuccessAt = this.now();
        return undefined;
      case 'failed':
        this.consecutiveFailures += 1;
        return this.consecutiveFailures >= this.plan.tolerance ? { cause: 'failures' } : undefined;
      case 'postponed':
        this.postpone(outcome);
        return undefined;
      case 'gone':
        return {
          cause: 'gone',
          ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
          ...(outcome.endCause === undefined ? {} : { endCause: outcome.endCause }),
        };
    }
  }

  /** Upstream's pause is limited to one more interval: a longer silence could lose the conversation. */
  private postpone({ retryAfterMs = 0, isHeldBack = false }: Postponed): void {
    const waitMs = Math.min(retryAfterMs, this.plan.intervalMs);
    if (isHeldBack || this.paceMs > this.plan.intervalMs) {
      // A whole stretched interval would be a long silence: this beat is repeated sooner, spread apart from others.
      this.report.again?.(Math.max(waitMs, MAKE_UP_MS) * (1 + Math.random() * MAKE_UP_SPREAD));
    } else this.notBefore = performance.now() + waitMs;
  }
}
