import type { ReactElement, ReactNode } from 'react';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { Panel } from '../components/panel';
import { countText, percentText, wordsOf } from '../format/figures';
import type { Counts } from './statistics-summary';

interface CountsPanelProps {
  readonly title: string;
  /** The heading of the names. */
  readonly heading: string;
  readonly counts: Counts;
  /** Stands beside the heading once there are counts. */
  readonly side?: ReactNode;
}

/** Counts by name with their shares. */
export function CountsPanel({ title, heading, counts, side }: CountsPanelProps): ReactElement {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const columns: readonly Column<Counts[number]>[] = [
    { title: heading, cell: ([name]) => wordsOf(name) },
    { title: 'Count', cell: ([, count]) => countText(count), isNumber: true },
    { title: 'Share', cell: ([, count]) => percentText(count / total), isNumber: true },
  ];
  return (
    <Panel title={title} side={counts.length > 0 && side}>
      {counts.length === 0 ? (
        <EmptyState title="None in this span">Choose a longer span to look further back.</EmptyState>
      ) : (
        <DataTable caption={title} columns={columns} rows={counts} keyOf={([name]) => name} />
      )}
    </Panel>
  );
}
