import { useComputedColorScheme } from '@mantine/core';
import { type ReactElement, useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { plotOptions } from './plot-options';
import type { Chart } from './series';

const HEIGHT = 190;

interface PlotProps {
  readonly chart: Chart;
  readonly format: (value: number) => string;
}

/** Draws a chart on a canvas. It is hidden from assistive technology, which gets the text and the table instead. */
export function Plot({ chart, format }: PlotProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latest = useRef(chart);
  const scheme = useComputedColorScheme('light');
  const labels = chart.series.map(({ label }) => label).join('\n');

  useEffect(() => {
    latest.current = chart;
    plot.current?.setData(dataOf(chart));
  }, [chart]);

  // Colours and series are fixed for the life of a plot.
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const size = { width: element.clientWidth, height: HEIGHT };
    const drawn = new UPlot(
      { ...plotOptions(labels.split('\n'), format), ...size },
      dataOf(latest.current),
      element,
    );
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [labels, format, scheme]);

  return <div ref={place} className="plot" aria-hidden="true" />;
}

function dataOf({ times, series }: Chart): UPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}
