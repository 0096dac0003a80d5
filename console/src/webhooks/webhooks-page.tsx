import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Webhook } from '../api/schemas';
import { api } from '../api/service-client';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
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
import { hrefOf } from '../router/route';
import { CreateWebhook } from './create-webhook';

const COLUMNS: readonly Column<Webhook>[] = [
  { title: 'URL', cell: ({ id, url }) => <a href={hrefOf('webhooks', id)}>{url}</a> },
  {
    title: 'Status',
    cell: ({ status, statusReason }) => (
      <>
        <StatusBadge status={status} />
        {statusReason !== undefined && <span className="muted"> {wordsOf(statusReason)}</span>}
      </>
    ),
  },
  { title: 'Description', cell: ({ description }) => description, isSecondary: true },
  { title: 'Types', cell: ({ types }) => types.join(', '), isSecondary: true },
  { title: 'Owner', cell: ({ owner }) => (owner === '' ? <span className="muted">anonymous</span> : owner) },
  { title: 'Failing since', cell: ({ failingSince }) => <Timestamp at={failingSince} isShort /> },
  { title: 'Created', cell: ({ createdAt }) => <Timestamp at={createdAt} isShort />, isSecondary: true },
];

/** The webhooks of the caller, or of all with the scope `sessions.any`. */
export function WebhooksPage(): ReactElement {
  const enabled = useScope('webhooks.manage');
  const paging = useCursor('');
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['webhooks', cursor],
    queryFn: async ({ signal }) => {
      const page = { limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      return (await api.GET('/v1/webhooks', { params: { query: page }, signal })).data;
    },
    refetchInterval: useRefreshInterval(15_000),
    placeholderData: keepPreviousData,
    enabled,
  });
  return (
    <>
      <PageHeader title="Webhooks">
        {enabled && <Freshness query={query} rhythm="every 15 s" />}
        <CreateWebhook />
      </PageHeader>
      <Panel title="List of webhooks">
        {!enabled && <MissingScope scope="webhooks.manage" />}
        {enabled && (
          <QueryView query={query} subject="webhooks">
            {({ items, nextCursor }) => (
              <>
                <WebhookTable items={items} />
                <Pager label="webhooks" paging={paging} nextCursor={nextCursor} />
              </>
            )}
          </QueryView>
        )}
      </Panel>
    </>
  );
}

function WebhookTable({ items }: { readonly items: readonly Webhook[] }): ReactElement {
  if (items.length === 0)
    return <EmptyState title="There are no webhooks">Create one to receive events of sessions.</EmptyState>;
  return <DataTable caption="Webhooks" columns={COLUMNS} rows={items} keyOf={({ id }) => id} />;
}
