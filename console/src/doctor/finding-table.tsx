import type { ReactElement } from 'react';
import type { Examination } from '../api/schemas';
import { type Column, DataTable } from '../components/data-table';
import { StatusBadge } from '../components/status-badge';

type Finding = Examination['checks'][number];

const COLUMNS: readonly Column<Finding>[] = [
  { title: 'Check', cell: ({ check }) => check },
  { title: 'Outcome', cell: ({ outcome }) => <StatusBadge status={outcome} /> },
  {
    title: 'Finding',
    cell: ({ message, fix }) => (
      <>
        {message}
        {fix !== undefined && (
          <p className="fix">
            <strong>Fix:</strong> {fix}
          </p>
        )}
      </>
    ),
  },
];

interface FindingTableProps {
  readonly caption: string;
  readonly findings: readonly Finding[];
}

export function FindingTable({ caption, findings }: FindingTableProps): ReactElement {
  return (
    <DataTable
      caption={caption}
      columns={COLUMNS}
      rows={findings}
      keyOf={({ check, message }) => `${check} ${message}`}
    />
  );
}
