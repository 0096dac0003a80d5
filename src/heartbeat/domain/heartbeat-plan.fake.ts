import type { BeatOutcome, BeatTime, HeartbeatPlan, Loss } from './heartbeat-plan';

type Beat = (signal: AbortSignal) => BeatOutcome | Promise<BeatOutcome>;

/**
 * A plan with scripted outcomes of its beats, and `usually` after those. It records the times of the beats, their
 * delays, and the reported losses.
 */
export class FakeHeartbeatPlan implements HeartbeatPlan {
  intervalMs = 1_000;
  group = 'client';
  /** The current interval, if it differs from the plan's own. */
  paceMs: number | undefined;
  readonly firstWithinMs: number = 1_000;
  readonly tolerance: number = 3;
  readonly beats: { readonly at: number; readonly latenessMs: number; readonly signal: AbortSignal }[] = [];
  readonly losses: Loss[] = [];
  /** Scripted results of the next reports of a loss, before they succeed. */
  readonly reports: (() => Promise<void>)[] = [];
  private readonly steps: Beat[] = [];

  constructor(
    readonly name = 'conversation',
    private readonly usually: Beat = () => ({ kind: 'ok' }),
  ) {}

  next(...steps: readonly Beat[]): this {
    this.steps.push(...steps);
    return this;
  }

  currentIntervalMs(): number {
    return this.paceMs ?? this.intervalMs;
  }

  async beat(signal: AbortSignal, { latenessMs }: BeatTime): Promise<BeatOutcome> {
    this.beats.push({ at: Date.now(), latenessMs, signal });
    return (this.steps.shift() ?? this.usually)(signal);
  }

  async onLost(loss: Loss): Promise<void> {
    this.losses.push(loss);
    await this.reports.shift()?.();
  }
}
