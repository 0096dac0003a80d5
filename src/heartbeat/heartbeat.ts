import type { BeatOutcome, BeatTime, HeartbeatPlan, Loss, Postponed } from './domain/heartbeat-plan';

/** A change of pace below this share is not worth a new interval. */
const SAME_PACE = 0.02;

/** How a heartbeat is doing. */
export interface HeartbeatStatus {
  readonly intervalMs: number;
  /** Epoch milliseconds; absent before the first success in this process. */
  readonly lastSuccessAt?: number;
  readonly consecutiveFailures: number;
}

/** What a heartbeat tells whoever keeps its timer. */
export interface HeartbeatReports {
  readonly over: () => void;
  readonly trouble: (message: string, error: unknown) => void;
  /** The next beat is wanted this soon, not only at the next interval. */
  readonly again?: (delayMs: number) => void;
}

/** How soon a postponed beat is made up for at the earliest, and how far such beats are spread. */
const MAKE_UP_MS = 1_000;
const MAKE_UP_SPREAD = 0.3;

/**
 * One running heartbeat.
 *
 *   beating ── as many failures in a row as tolerated, or gone ──▶ lost ── reported ──▶ over
 *
 * `tick` never rejects and returns at once while its predecessor is in flight: a slow beat must not stack up behind
 * itself. Its schedule runs on the monotonic clock; `now` is the time that beats and the last success are reported with.
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

  /** Resolves when the beat in flight, if any, is over. */
  get idle(): Promise<void> {
    return this.inFlight ?? Promise.resolve();
  }

  tick(): void {
    const now = performance.now();
    const latenessMs = Math.max(0, now - this.dueAt);
    this.dueAt = this.nextDueAt;
    if (this.inFlight !== undefined || now < this.notBefore) return;
    this.inFlight = this.turn({ at: this.now(), latenessMs }).finally(() => {
      this.inFlight = undefined;
    });
  }

  /** How long after the beat that is due now the one after it comes. */
  nextDelayMs(): number {
    const wantedMs = this.plan.currentIntervalMs?.() ?? this.plan.intervalMs;
    if (Math.abs(wantedMs - this.paceMs) > this.paceMs * SAME_PACE) this.paceMs = wantedMs;
    // First beats that were pressed together must not stay so: the second one is drawn from the whole interval.
    const isPressed = !this.hasPhase && this.plan.firstWithinMs < this.paceMs;
    this.hasPhase = true;
    const delayMs = isPressed ? Math.random() * this.paceMs : this.paceMs;
    this.nextDueAt = performance.now() + delayMs;
    return delayMs;
  }

  /** Whatever a beat was postponed for is over: the next one is not held back. */
  beatNow(): void {
    this.notBefore = -Infinity;
  }

  /** Aborts the beat in flight. */
  cancel(): void {
    this.abort.abort();
  }

  private async turn(time: BeatTime): Promise<void> {
    this.lost ??= await this.beat(time);
    if (this.lost === undefined || this.abort.signal.aborted) return;
    try {
      await this.plan.onLost(this.lost);
      this.report.over();
    } catch (error) {
      this.report.trouble('A lost heartbeat could not be reported; trying again at the next interval', error);
    }
  }

  private async beat(time: BeatTime): Promise<Loss | undefined> {
    const outcome = await this.outcomeOfBeat(time);
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

  /** However long upstream asks us to wait, silence for longer than one more interval helps nobody. */
  private postpone({ retryAfterMs = 0, isHeldBack = false }: Postponed): void {
    const waitMs = Math.min(retryAfterMs, this.plan.intervalMs);
    if (isHeldBack || this.paceMs > this.plan.intervalMs) {
      // A whole stretched interval would be a long silence: this beat is made up for sooner, and not with others.
      this.report.again?.(Math.max(waitMs, MAKE_UP_MS) * (1 + Math.random() * MAKE_UP_SPREAD));
    } else this.notBefore = performance.now() + waitMs;
  }

  private async outcomeOfBeat(time: BeatTime): Promise<BeatOutcome> {
    try {
      return await this.plan.beat(this.abort.signal, time);
    } catch (error) {
      this.report.trouble('A beat threw instead of telling its outcome', error);
      return { kind: 'postponed', cause: 'internal' };
    }
  }
}
