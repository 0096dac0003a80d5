import type { Statistics, StatisticsPoint } from '../api/schemas';

/** Names and counts, the largest first. */
export type Counts = readonly (readonly [name: string, count: number])[];

/** Figures over the whole span; undefined where no point has any. */
export interface StatisticsSummary {
  readonly live: number | undefined;
  readonly opened: number | undefined;
  readonly ended: number | undefined;
  readonly failed: number | undefined;
  readonly deadDeliveries: number | undefined;
  /** The worst 99th percentile of any step, in milliseconds. */
  readonly worstLatenessMs: number | undefined;
  readonly endedByReason: Counts;
  readonly failedByCode: Counts;
}

/** Sums up the points of a span. Live sessions are those of the last point with a figure. */
export function summaryOf({ points }: Pick<Statistics, 'points'>): StatisticsSummary {
  const endedByReason = countsOf(points.map(({ ended }) => ended));
  const failedByCode = countsOf(points.map(({ failed }) => failed));
  return {
    live: figuresOf(points, ({ live }) => live).at(-1),
    opened: sumOf(figuresOf(points, ({ opened }) => opened)),
    ended: sumOf(figuresOf(points, endedIn)),
    failed: sumOf(figuresOf(points, failedIn)),
    deadDeliveries: sumOf(figuresOf(points, ({ deliveries }) => deliveries.dead)),
    worstLatenessMs: maxOf(figuresOf(points, ({ beats }) => beats.latenessP99Ms)),
    endedByReason,
    failedByCode,
  };
}

type Figure = number | null | undefined;

function figuresOf(
  points: readonly StatisticsPoint[],
  figureOf: (point: StatisticsPoint) => Figure,
): readonly number[] {
  return points.map(figureOf).filter((figure) => typeof figure === 'number');
}

/** The ends of all reasons; undefined in a point that no replica wrote. */
export function endedIn({ live, ended }: StatisticsPoint): number | undefined {
  return live === null ? undefined : totalOf(ended);
}

/** The failures of all codes; undefined in a point that no replica wrote. */
export function failedIn({ live, failed }: StatisticsPoint): number | undefined {
  return live === null ? undefined : totalOf(failed);
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function countsOf(parts: readonly Readonly<Record<string, number>>[]): Counts {
  const sums = new Map<string, number>();
  for (const [name, count] of parts.flatMap((part) => Object.entries(part)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return [...sums].sort(([, one], [, other]) => other - one);
}

function sumOf(figures: readonly number[]): number | undefined {
  return figures.length === 0 ? undefined : figures.reduce((sum, figure) => sum + figure, 0);
}

function maxOf(figures: readonly number[]): number | undefined {
  return figures.length === 0 ? undefined : Math.max(...figures);
}
