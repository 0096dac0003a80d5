import { createHistogram } from 'node:perf_hooks';

const MICROSECONDS = 1_000;
const LONGEST_US = 120_000_000;

/** Outcomes and durations of requests of one kind; a duration starts when the request is due. */
export class AnswerTimes {
  private readonly histogram = createHistogram({ lowest: 1, highest: LONGEST_US, figures: 3 });
  private readonly counts = new Map<string, number>();

  /** A request without an answer counts with its client's time-out. */
  add(outcome: string, ms: number): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    this.histogram.record(Math.min(LONGEST_US, Math.max(1, Math.round(ms * MICROSECONDS))));
  }

  get count(): number {
    return this.histogram.count;
  }

  percentileMs(percent: number): number {
    return this.histogram.percentile(percent) / MICROSECONDS;
  }

  get worstMs(): number {
    return this.count === 0 ? 0 : this.histogram.max / MICROSECONDS;
  }

  /** Returns the counts of all other outcomes, by outcome. */
  butFor(expected: readonly string[]): string[] {
    return [...this.counts]
      .filter(([outcome]) => !expected.includes(outcome))
      .map(([outcome, times]) => `${times} times ${outcome}`);
  }

  get summary(): string {
    const outcomes = [...this.counts].sort().map(([outcome, times]) => `${times} × ${outcome}`);
    const [p50, p99] = [this.percentileMs(50), this.percentileMs(99)].map(Math.round);
    return `${outcomes.join(', ') || 'none'}; p50 ${p50} ms, p99 ${p99} ms, worst ${Math.round(this.worstMs)} ms`;
  }
}
