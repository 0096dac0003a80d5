import { DurationHistogram } from '../../metrics/domain/duration-histogram';
import { FIGURES } from './figures';

/** A figure of all replicas, over a minute (`live`) or over the minutes of a point. */
export interface MergedFigure {
  readonly name: string;
  /** The sum over replicas and minutes. */
  readonly sum: number;
  /** The largest value of a replica and minute. */
  readonly max: number;
}

/** The figures of all replicas over the minutes of one point. Figures with unknown names are ignored. */
export class StatisticsPoint {
  opened = 0;
  dead = 0;
  readonly ended = new Map<string, number>();
  readonly failed = new Map<string, number>();
  readonly lateness = new DurationHistogram();
  readonly delays = new DurationHistogram();
  /** The highest use of a budget by OAuth client: each replica sees the use of all of them. */
  readonly budgets = new Map<string, number>();
  private liveSum = 0;
  private minutes = 0;

  /** `at` is the beginning of the point in epoch milliseconds. */
  constructor(readonly at: number) {}

  /** Tells whether a replica wrote a minute of the point; otherwise nothing is known of it. */
  get isWritten(): boolean {
    return this.minutes > 0;
  }

  /** Live sessions of all replicas, as the mean of the written minutes, in whole numbers. */
  get live(): number {
    return this.minutes === 0 ? 0 : Math.round(this.liveSum / this.minutes);
  }

  /** `live` is added once for each minute, every other name once. */
  add({ name, sum, max }: MergedFigure): void {
    if (name === FIGURES.opened) this.opened += sum;
    else if (name === FIGURES.dead) this.dead += sum;
    else if (name === FIGURES.live) this.addLive(sum);
    else this.addNamed(name, sum, max);
  }

  private addLive(sum: number): void {
    this.liveSum += sum;
    this.minutes += 1;
  }

  private addNamed(name: string, sum: number, max: number): void {
    const end = name.indexOf(':') + 1;
    const rest = name.slice(end);
    switch (name.slice(0, end)) {
      case FIGURES.endedPrefix:
        this.ended.set(rest, sum);
        break;
      case FIGURES.failedPrefix:
        this.failed.set(rest, sum);
        break;
      case FIGURES.latenessPrefix:
        this.lateness.add(Number(rest), sum);
        break;
      case FIGURES.delayPrefix:
        this.delays.add(Number(rest), sum);
        break;
      case FIGURES.budgetPrefix:
        this.budgets.set(rest, max);
        break;
    }
  }
}
