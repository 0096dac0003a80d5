import type { Chart, Value } from './series';

/** Says the last and the highest figure of each series, as the text alternative of a chart. */
export function chartText({ series }: Chart, format: (value: number) => string): string {
  return series.map(({ label, values }) => `${label}: ${seriesText(values, format)}`).join('; ');
}

function seriesText(values: readonly Value[], format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return 'no figures';
  return `last ${format(last)}, highest ${format(Math.max(...known))}`;
}
