import type { ReactElement } from 'react';
import type { Attempt } from '../api/schemas';
import { durationText } from '../format/age';
import { errorText } from './error-text';
import { type Column, DataTable } from './data-table';
import { EmptyState } from './empty-state';
import { StatusBadge } from './status-badge';
import { Timestamp } from './timestamp';

const COLUMNS: readonly Column<Attempt>[] = [
  { title: 'At', cell: ({ at }) => <Timestamp at={at} /> },
  {
    title: 'Result',
    cell: ({ result }) => <StatusBadge status={result} />,
  },
  { title: 'Latency', cell: ({ latencyMs }) => durationText(latencyMs), isNumber: true },
  { title: 'Error', cell: (attempt) => errorText(attempt) ?? '–' },
];

/** The attempts at a delivery. */
export function AttemptsTable({ attempts }: { readonly attempts: readonly Attempt[] }): ReactElement {
  if (attempts.length === 0)
    return (
      <EmptyState title="There was no attempt yet">
        The next one is made in the order of the conversation.
      </EmptyState>
    );
  return (
    <DataTable
      caption="Attempts"
      columns={COLUMNS}
      rows={attempts}
      keyOf={({ at, latencyMs }) => `${at} ${latencyMs}`}
    />
  );
}
