import type { Statistics, StatisticsPoint } from '../api/schemas';
import { endedIn, failedIn } from './statistics-summary';

export type Value = number | null;

export interface Series {
  readonly label: string;
  readonly values: readonly Value[];
}

export interface Chart {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

type Points = Pick<Statistics, 'points'>;

export function sessionsChart(statistics: Points): Chart {
  return chartOf(statistics, [
    ['Live', ({ live }) => live],
    ['Opened', ({ opened }) => opened],
    ['Ended', (point) => endedIn(point)],
    ['Failed', (point) => failedIn(point)],
  ]);
}

export function latenessChart(statistics: Points): Chart {
  return chartOf(statistics, [
    ['Median', ({ beats }) => beats.latenessP50Ms],
    ['99th percentile', ({ beats }) => beats.latenessP99Ms],
  ]);
}

export function deliveriesChart(statistics: Points): Chart {
  return chartOf(statistics, [
    ['Median', ({ deliveries }) => deliveries.delayP50Ms],
    ['99th percentile', ({ deliveries }) => deliveries.delayP99Ms],
  ]);
}

/** The used share of the budget of each OAuth client, in per cent. */
export function budgetChart(statistics: Points): Chart {
  const clients = new Set(
    statistics.points.flatMap(({ budget }) => budget).map(({ oauthClient }) => oauthClient),
  );
  return chartOf(
    statistics,
    [...clients].map((client) => [client, (point) => usedPercent(point, client)]),
  );
}

function usedPercent({ budget }: StatisticsPoint, client: string): number | undefined {
  const used = budget.find(({ oauthClient }) => oauthClient === client)?.used;
  return used === undefined ? undefined : used * 100;
}

type Reading = readonly [label: string, read: (point: StatisticsPoint) => number | null | undefined];

/** The indexes of figures between gaps, which no line reaches. */
export function isolatedIndexes(values: readonly (Value | undefined)[]): number[] {
  const isKnown = (index: number): boolean => (values[index] ?? null) !== null;
  return [...values.keys()].filter((index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1));
}

/** Missing figures are null, which a chart draws as a gap. */
function chartOf({ points }: Points, readings: readonly Reading[]): Chart {
  return {
    times: points.map(({ at }) => Date.parse(at) / 1_000),
    series: readings.map(([label, read]) => ({ label, values: points.map((point) => read(point) ?? null) })),
  };
}
