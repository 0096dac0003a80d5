import { type Contestant, loadsOf, type Measurement, type Size } from './competition';
import { median, medianOf } from './statistics';
import { difference, number, percent, spread, tableOf } from './table';

/** A column of the table: `baseline` is empty for a contestant that is compared with none. */
export interface Column {
  readonly title: string;
  readonly cell: (runs: readonly Measurement[], baseline: readonly Measurement[]) => string;
}

type Read = (run: Measurement) => number;

const p50: Read = (run) => run.p50Ms;
const p99: Read = (run) => run.p99Ms;
const rate: Read = (run) => run.perSecond;
const cpu: Read = (run) => run.cpuMillisEach;

export const TIMES: readonly Column[] = [
  { title: 'opened/s', cell: (runs) => number(medianOf(runs, rate)) },
  { title: 'min..max', cell: (runs) => spread(runs.map(rate)) },
  { title: 'p50 ms', cell: (runs) => number(medianOf(runs, p50), 2) },
  { title: 'p99 ms', cell: (runs) => number(medianOf(runs, p99), 2) },
];

export const CPU: Column = { title: 'CPU ms each', cell: (runs) => number(medianOf(runs, cpu), 2) };

export const ADDED: readonly Column[] = [added('added p50', p50), added('added p99', p99)];

/** The lowest of all rounds. */
export const ACCEPTED: Column = {
  title: '201',
  cell: (runs) => percent(Math.min(...runs.map(({ accepted }) => accepted))),
};

/** Medians of the ratios of each round. */
export const RATIOS: readonly Column[] = [ratio('rate ratio', rate), ratio('CPU ratio', cpu)];

export const DELIVERED: Column = {
  title: 'delivered',
  cell: (runs) => {
    const shares = runs.flatMap(({ delivered }) => delivered ?? []);
    return shares.length === 0 ? '' : percent(median(shares));
  },
};

/** One table for each load, of the contestants that get it. */
export function tablesOf(
  contestants: readonly Contestant[],
  size: Size,
  columns: readonly Column[],
): string[] {
  return size.loads.flatMap((load) => {
    const those = contestants.filter((each) => loadsOf(each, size).includes(load));
    const isRun = load.only === undefined || those.some(({ database }) => database === load.only);
    return isRun ? ['', tableFor(those, load.concurrency, columns)] : [];
  });
}

function tableFor(
  contestants: readonly Contestant[],
  concurrency: number,
  columns: readonly Column[],
): string {
  const runsOf = (one: Contestant | undefined): readonly Measurement[] =>
    one?.measurements.filter((measurement) => measurement.concurrency === concurrency) ?? [];
  const rows = contestants.map((one) => [
    one.name,
    ...columns.map(({ cell }) => cell(runsOf(one), runsOf(one.baseline))),
  ]);
  return tableOf([`${concurrency} in flight`, ...columns.map(({ title }) => title)], rows);
}

function added(title: string, read: Read): Column {
  return {
    title,
    cell: (runs, baseline) =>
      baseline.length === 0 ? '' : difference(medianOf(runs, read) - medianOf(baseline, read), 2),
  };
}

function ratio(title: string, read: Read): Column {
  return {
    title,
    cell: (runs, baseline) => {
      const pairs = runs.flatMap((run, round) => {
        const other = baseline[round];
        return other === undefined ? [] : [read(run) / read(other)];
      });
      return pairs.length === 0
        ? ''
        : number(
            medianOf(pairs, (one) => one),
            2,
          );
    },
  };
}
