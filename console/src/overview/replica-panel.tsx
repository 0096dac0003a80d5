import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Replica } from '../api/schemas';
import { api } from '../api/service-client';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { useRefreshInterval } from '../components/open-dialogs';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { CopyableId } from '../components/copyable-id';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { countText } from '../format/figures';

const COLUMNS: readonly Column<Replica>[] = [
  { title: 'Replica', cell: ({ id }) => <CopyableId id={id} label="replica id" isShort /> },
  { title: 'State', cell: ({ state }) => <StatusBadge status={state} /> },
  { title: 'Sessions', cell: ({ sessions }) => countText(sessions), isNumber: true },
  { title: 'Lease until', cell: ({ leaseUntil }) => <Timestamp at={leaseUntil} isShort /> },
  {
    title: 'Connection',
    cell: ({ isResponding }) => (isResponding ? 'this console' : '–'),
    isSecondary: true,
  },
];

/** The replicas of the service and their leases. */
export function ReplicaPanel(): ReactElement {
  const query = useQuery({
    queryKey: ['replicas'],
    queryFn: async ({ signal }) => (await api.GET('/v1/replicas', { signal })).data.replicas,
    refetchInterval: useRefreshInterval(30_000),
  });
  return (
    <Panel title="Replicas" side={<Freshness query={query} rhythm="every 30 s" />}>
      <QueryView query={query} subject="replicas">
        {(replicas) =>
          replicas.length === 0 ? (
            <EmptyState title="No replica has registered">
              A single process without <code>DATABASE_URL</code> has no leases.
            </EmptyState>
          ) : (
            <DataTable caption="Replicas" columns={COLUMNS} rows={replicas} keyOf={({ id }) => id} />
          )
        }
      </QueryView>
    </Panel>
  );
}
