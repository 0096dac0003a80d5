import type { BeatOutcome, HeartbeatPlan, LossCause } from './domain/heartbeat-plan';

/** How a heartbeat is doing. */
export interface HeartbeatStatus {
  readonly intervalMs: number;
  /** Epoch milliseconds; absent before the first success in this process. */
  readonly lastSuccessAt?: number;
  readonly consecutiveFailures: number;
}

/**
 * One running heartbeat.
 *
 *   beating ── as many failures in a row as tolerated, or gone ──▶ lost ── reported ──▶ over
 *
 * `tick` never rejects and returns at once while its predecessor is in flight: a slow beat must not stack up behind
 * itself.
 */
export class Heartbeat {
  private readonly abort = new AbortController();
  private consecutiveFailures = 0;
  private lastSuccessAt: number | undefined;
  private lost: LossCause | undefined;
  private notBefore = 0;
  private inFlight: Promise<void> | undefined;
  private dueAt: number;

  constructor(
    private readonly plan: HeartbeatPlan,
    private readonly firstDelayMs: number,
    private readonly now: () => number,
    private readonly report: { over: () => void; trouble: (message: string, error: unknown) => void },
  ) {
    this.dueAt = now() + firstDelayMs;
  }

  get status(): HeartbeatStatus {
    return {
      intervalMs: this.plan.intervalMs,
      consecutiveFailures: this.consecutiveFailures,
      ...(this.lastSuccessAt === undefined ? {} : { lastSuccessAt: this.lastSuccessAt }),
    };
  }

  /** Resolves when the beat in flight, if any, is over. */
  get idle(): Promise<void> {
    return this.inFlight ?? Promise.resolve();
  }

  tick(): void {
    const now = this.now();
    const latenessMs = Math.max(0, now - this.dueAt);
    this.dueAt = now + this.plan.intervalMs;
    if (this.inFlight !== undefined || now < this.notBefore) return;
    this.inFlight = this.turn(latenessMs).finally(() => {
      this.inFlight = undefined;
    });
  }

  /** Aborts the beat in flight. */
  cancel(): void {
    this.abort.abort();
  }

  private async turn(latenessMs: number): Promise<void> {
    this.lost ??= await this.beat(latenessMs);
    if (this.lost === undefined || this.abort.signal.aborted) return;
    try {
      await this.plan.onLost(this.lost);
      this.report.over();
    } catch (error) {
      this.report.trouble('A lost heartbeat could not be reported; trying again at the next interval', error);
    }
  }

  private async beat(latenessMs: number): Promise<LossCause | undefined> {
    const outcome = await this.outcomeOfBeat(latenessMs);
    switch (outcome.kind) {
      case 'ok':
        this.consecutiveFailures = 0;
        this.lastSuccessAt = this.now();
        return undefined;
      case 'failed':
        this.consecutiveFailures += 1;
        return this.consecutiveFailures >= this.plan.tolerance ? 'failures' : undefined;
      case 'postponed':
        // However long upstream asks us to wait, silence for longer than one more interval helps nobody.
        this.notBefore = this.now() + Math.min(outcome.retryAfterMs ?? 0, this.plan.intervalMs);
        return undefined;
      case 'gone':
        return 'gone';
    }
  }

  private async outcomeOfBeat(latenessMs: number): Promise<BeatOutcome> {
    try {
      return await this.plan.beat(this.abort.signal, latenessMs);
    } catch (error) {
      this.report.trouble('A beat threw instead of telling its outcome', error);
      return { kind: 'postponed', cause: 'internal' };
    }
  }
}
