import type { ReactElement, ReactNode } from 'react';
import type { Sink } from '../api/schemas';
import { type Column, DataTable } from '../components/data-table';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { countText, wordsOf } from '../format/figures';
import { hrefOf } from '../router/route';

interface ReceiverTableProps {
  readonly sinks: readonly Sink[];
  /** Absent: no column of actions. */
  readonly actionsOf?: (sink: Sink) => ReactNode;
  /** Leaves secondary columns out. */
  readonly isBrief?: boolean;
}

const COLUMNS: readonly Column<Sink>[] = [
  {
    title: 'Receiver',
    cell: ({ name }) => <a href={hrefOf('deliveries', undefined, { sink: name })}>{name}</a>,
  },
  {
    title: 'Condition',
    cell: ({ condition, pauseReason }) => (
      <>
        <StatusBadge status={condition} />
        {pauseReason !== undefined && <span className="muted"> {wordsOf(pauseReason)}</span>}
      </>
    ),
  },
  { title: 'Pending', cell: ({ pending }) => countText(pending), isNumber: true },
  { title: 'Oldest', cell: ({ oldestAt }) => <Timestamp at={oldestAt} isShort /> },
  {
    title: 'Blocked conversations',
    cell: ({ blockedConversations }) => countText(blockedConversations),
    isNumber: true,
    isSecondary: true,
  },
  { title: 'Dead', cell: ({ dead }) => countText(dead), isNumber: true },
  { title: 'Paused since', cell: ({ pausedAt }) => <Timestamp at={pausedAt} isShort />, isSecondary: true },
];

/** The receivers with their condition and their queues. */
export function ReceiverTable({ sinks, actionsOf, isBrief = false }: ReceiverTableProps): ReactElement {
  const shown = COLUMNS.filter(({ isSecondary = false }) => !isBrief || !isSecondary);
  const columns = actionsOf === undefined ? shown : [...shown, { title: 'Actions', cell: actionsOf }];
  return <DataTable caption="Receivers" columns={columns} rows={sinks} keyOf={({ name }) => name} />;
}
