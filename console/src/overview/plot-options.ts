import type uPlot from 'uplot';
import { axisTexts, AXIS_STEPS } from './axis-texts';
import { isolatedIndexes } from './series';

/** Variables of the style sheet, in the order of the series; dashes tell the series apart without colours. */
const STROKES = [
  { color: '--accent', dash: [] },
  { color: '--ok', dash: [6, 3] },
  { color: '--warning', dash: [2, 3] },
  { color: '--bad', dash: [8, 3, 2, 3] },
] as const;

/** The options of a plot in the colours of the current scheme. */
export function plotOptions(
  labels: readonly string[],
  format: (value: number) => string,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const colorOf = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colorOf('--muted'),
    grid: { stroke: colorOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    series: [
      { label: 'Time', value: (_plot, at: number | null) => (at === null ? '' : clockText(at)) },
      ...labels.map((label, index) => seriesOf(label, index, colorOf, format)),
    ],
    axes: [
      { ...axis, size: 32, gap: 9, values: (_plot, times) => times.map(clockText) },
      { ...axis, size: 62, incrs: [...AXIS_STEPS], values: (_plot, values) => axisTexts(values, format) },
    ],
    scales: { y: { range: (_plot, _min, max) => [0, Number.isFinite(max) && max > 0 ? max * 1.1 : 1] } },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    legend: { live: true },
  };
}

/** Hours and minutes in the time zone of the browser; the figures are in seconds since 1970. */
function clockText(at: number): string {
  return CLOCK.format(at * 1_000);
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

function seriesOf(
  label: string,
  index: number,
  colorOf: (name: string) => string,
  format: (value: number) => string,
): uPlot.Series {
  const { color, dash } = STROKES[index % STROKES.length] ?? STROKES[0];
  const stroke = colorOf(color);
  return {
    label,
    stroke,
    width: 1.6,
    dash: [...dash],
    points: {
      show: false,
      size: 6,
      stroke,
      fill: stroke,
      filter: ({ data }, index) => isolatedIndexes([...(data[index] ?? [])]),
    },
    // The typings leave out that there is no value beside the figures; the library passes null then.
    value: (_plot, value: number | null) => (value === null ? '' : format(value)),
  };
}
