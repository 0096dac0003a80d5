import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Session } from '../api/schemas';
import { api } from '../api/service-client';
import { CopyableId } from '../components/copyable-id';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { type FilterField, FilterForm } from '../components/filter-form';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { useRefreshInterval } from '../components/open-dialogs';
import { PageHeader } from '../components/page-header';
import { Pager } from '../components/pager';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { useCursor } from '../components/use-cursor';
import { wordsOf } from '../format/figures';
import { useScope } from '../login/console-session-context';
import type { PageProps } from '../router/page-props';
import { hrefOf } from '../router/route';
import { SESSION_STATES, sessionFiltersOf } from './session-query';

const REFRESH_MS = 15_000;

const FIELDS: readonly FilterField[] = [
  { name: 'state', label: 'State', options: SESSION_STATES },
  { name: 'channel', label: 'Channel' },
  { name: 'queueId', label: 'Queue' },
  { name: 'caller', label: 'Caller' },
  { name: 'from', label: 'Started from', type: 'datetime-local' },
  { name: 'to', label: 'Started before', type: 'datetime-local' },
  { name: 'conversationId', label: 'Conversation id' },
  { name: 'guestRef', label: 'Guest reference' },
];

const COLUMNS: readonly Column<Session>[] = [
  {
    title: 'Conversation',
    cell: ({ conversationId: id }) => (
      <CopyableId id={id} label="conversation id" href={hrefOf('sessions', id)} isShort />
    ),
  },
  { title: 'State', cell: ({ state }) => <StatusBadge status={state} /> },
  {
    title: 'Guest',
    cell: ({ conversationId, name }) =>
      name === '' ? (
        <span className="muted">hidden</span>
      ) : (
        <a href={hrefOf('sessions', conversationId)}>{name}</a>
      ),
  },
  { title: 'Queue', cell: ({ queueId }) => queueId },
  { title: 'Channel', cell: ({ channel }) => channel, isSecondary: true },
  {
    title: 'Caller',
    cell: ({ caller }) => caller ?? <span className="muted">anonymous</span>,
    isSecondary: true,
  },
  { title: 'Started', cell: ({ startedAt }) => <Timestamp at={startedAt} isShort /> },
  { title: 'Ended', cell: ({ endedAt }) => <Timestamp at={endedAt} isShort />, isSecondary: true },
  { title: 'End reason', cell: ({ endReason }) => wordsOf(endReason ?? '–'), isSecondary: true },
];

/** The sessions that the caller may see, the newest first. */
export function SessionsPage({ route }: PageProps): ReactElement {
  const filters = sessionFiltersOf(route.query);
  const paging = useCursor(JSON.stringify(filters));
  const isPermitted = useScope('sessions.read');
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['sessions', filters, cursor],
    queryFn: async ({ signal }) => {
      const page = { ...filters, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      return (await api.GET('/v1/sessions', { params: { query: page }, signal })).data;
    },
    refetchInterval: useRefreshInterval(REFRESH_MS),
    placeholderData: keepPreviousData,
    enabled: isPermitted,
  });
  return (
    <>
      <PageHeader title="Sessions">
        {isPermitted && <Freshness query={query} rhythm="every 15 s" />}
      </PageHeader>
      <Panel title="List of sessions">
        <FilterForm page="sessions" fields={FIELDS} values={route.query} />
        {!isPermitted && <MissingScope scope="sessions.read" />}
        {isPermitted && (
          <QueryView query={query} subject="sessions">
            {({ items, nextCursor }) => (
              <>
                <SessionTable items={items} isFiltered={Object.keys(filters).length > 0} />
                <Pager label="sessions" paging={paging} nextCursor={nextCursor} />
              </>
            )}
          </QueryView>
        )}
      </Panel>
    </>
  );
}

interface SessionTableProps {
  readonly items: readonly Session[];
  readonly isFiltered: boolean;
}

function SessionTable({ items, isFiltered }: SessionTableProps): ReactElement {
  if (items.length > 0)
    return (
      <DataTable
        caption="Sessions"
        columns={COLUMNS}
        rows={items}
        keyOf={({ conversationId }) => conversationId}
      />
    );
  return isFiltered ? (
    <EmptyState title="No session has these properties">
      Clear a filter, or widen the span of time.
    </EmptyState>
  ) : (
    <EmptyState title="There are no sessions">
      Open one with <code>POST /v1/sessions</code>. Without the scope <code>sessions.any</code>, only sessions
      of this caller are listed.
    </EmptyState>
  );
}
