import type { ReactElement } from 'react';
import type { AuditRecord } from '../api/schemas';
import { CopyableId } from '../components/copyable-id';
import { type Column, DataTable } from '../components/data-table';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { wordsOf } from '../format/figures';
import { hrefOf } from '../router/route';

const COLUMNS: readonly Column<AuditRecord>[] = [
  { title: 'At', cell: ({ at }) => <Timestamp at={at} isAgeless /> },
  { title: 'Action', cell: ({ action }) => wordsOf(action) },
  { title: 'Outcome', cell: ({ outcome }) => <StatusBadge status={outcome} /> },
  {
    title: 'Actor',
    cell: ({ actor: { name, type } }) =>
      name === '' ? (
        type
      ) : (
        <>
          <span className="nowrap">{name}</span> ({type})
        </>
      ),
  },
  {
    title: 'Target',
    cell: ({ target: { type, id } }) => (
      <>
        {type} {type === 'session' ? '' : <CopyableId id={id} label={`${type} id`} isShort />}
      </>
    ),
  },
  {
    title: 'Conversation',
    cell: ({ conversationId: id }) =>
      id === null ? (
        '–'
      ) : (
        <CopyableId id={id} label="conversation id" href={hrefOf('sessions', id)} isShort />
      ),
  },
  { title: 'Reason', cell: ({ reason }) => (reason === null ? '–' : wordsOf(reason)), isSecondary: true },
  {
    title: 'Change',
    cell: ({ before, after }) => (after === null ? '–' : `${before ?? 'none'} → ${after}`),
    isSecondary: true,
  },
  {
    title: 'Request',
    cell: ({ requestId }) =>
      requestId === null ? '–' : <CopyableId id={requestId} label="request id" isShort />,
    isSecondary: true,
  },
  {
    title: 'Record',
    cell: ({ chain, seq }) => `${chain}/${seq}`,
    isNumber: true,
    isSecondary: true,
  },
];

/** Audit records in the order that they are given in. */
export function AuditTable({ records }: { readonly records: readonly AuditRecord[] }): ReactElement {
  return (
    <DataTable
      caption="Audit records"
      columns={COLUMNS}
      rows={records}
      keyOf={({ chain, seq }) => `${chain}-${seq}`}
    />
  );
}
