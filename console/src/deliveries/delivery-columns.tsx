import type { Column } from '../components/data-table';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { shownStatusOf } from './delivery-query';

/** The part of a delivery that the lists of receivers and of webhooks share. */
interface Progress {
  readonly status: string;
  readonly failures: number;
  readonly queuedAt: string;
  readonly nextAttemptAt?: string;
  readonly lastError?: string;
}

export const STATUS_COLUMN: Column<Progress> = {
  title: 'Status',
  cell: (delivery) => <StatusBadge status={shownStatusOf(delivery)} />,
};

export const PROGRESS_COLUMNS: readonly Column<Progress>[] = [
  { title: 'Failures', cell: ({ failures }) => failures, isNumber: true },
  { title: 'Queued', cell: ({ queuedAt }) => <Timestamp at={queuedAt} isShort /> },
  {
    title: 'Next attempt',
    cell: ({ nextAttemptAt }) => <Timestamp at={nextAttemptAt} isShort />,
    isSecondary: true,
  },
  { title: 'Last error', cell: ({ lastError }) => lastError ?? '–', isSecondary: true },
];
