import { type ReactElement, useState } from 'react';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { Panel } from '../components/panel';
import { Timestamp } from '../components/timestamp';
import { chartText } from './chart-text';
import { Plot } from './plot';
import type { Chart } from './series';

interface ChartPanelProps {
  readonly title: string;
  readonly chart: Chart;
  readonly format: (value: number) => string;
}

/** A chart with its text alternative, and its figures as a table on request. */
export function ChartPanel({ title, chart, format }: ChartPanelProps): ReactElement {
  const [isTable, setTable] = useState(false);
  const isEmpty = chart.series.every(({ values }) => values.every((value) => value === null));
  return (
    <Panel
      title={title}
      side={
        !isEmpty && (
          <button
            type="button"
            className="text-button"
            aria-label={`Show as table: ${title}`}
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
          >
            Show as table
          </button>
        )
      }
    >
      {isEmpty ? (
        <EmptyState title="No figures in this span">
          Choose a longer span, or wait for the first minute.
        </EmptyState>
      ) : (
        <>
          <p className="visually-hidden">{chartText(chart, format)}</p>
          <Plot chart={chart} format={format} />
          {isTable && <ChartTable title={title} chart={chart} format={format} />}
        </>
      )}
    </Panel>
  );
}

function ChartTable({ title, chart: { times, series }, format }: ChartPanelProps): ReactElement {
  const columns: Column<number>[] = [
    { title: 'At', cell: (index) => <Timestamp at={new Date((times[index] ?? 0) * 1_000).toISOString()} /> },
    ...series.map(({ label, values }) => ({
      title: label,
      isNumber: true,
      cell: (index: number) => {
        const value = values[index] ?? null;
        return value === null ? '–' : format(value);
      },
    })),
  ];
  return <DataTable caption={title} columns={columns} rows={[...times.keys()].reverse()} keyOf={String} />;
}
