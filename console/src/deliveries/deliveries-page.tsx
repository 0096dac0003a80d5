import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Delivery } from '../api/schemas';
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
import { useCursor } from '../components/use-cursor';
import { useScope } from '../login/console-session-context';
import type { PageProps } from '../router/page-props';
import { hrefOf } from '../router/route';
import { DELIVERY_STATUSES, deliveryFiltersOf } from './delivery-query';
import { PROGRESS_COLUMNS, STATUS_COLUMN } from './delivery-columns';
import { ReplayDeliveries } from './replay-deliveries';
import { RetryDelivery } from './retry-delivery';

const FIELDS: readonly FilterField[] = [
  { name: 'status', label: 'Status', options: DELIVERY_STATUSES },
  { name: 'sink', label: 'Receiver' },
  { name: 'conversationId', label: 'Conversation id' },
];

const COLUMNS: readonly Column<Delivery>[] = [
  {
    title: 'Delivery',
    cell: ({ id }) => <CopyableId id={id} label="delivery id" href={hrefOf('deliveries', id)} isShort />,
  },
  STATUS_COLUMN,
  { title: 'Receiver', cell: ({ sink }) => sink },
  { title: 'Event', cell: ({ event }) => event.type },
  {
    title: 'Conversation',
    cell: ({ event: { conversationId: id } }) => (
      <CopyableId id={id} label="conversation id" href={hrefOf('sessions', id)} isShort />
    ),
    isSecondary: true,
  },
  ...PROGRESS_COLUMNS,
  { title: 'Actions', cell: ({ id, status }) => status !== 'delivered' && <RetryDelivery id={id} /> },
];

/** Deliveries of session events to the receivers, the last queued first. */
export function DeliveriesPage({ route }: PageProps): ReactElement {
  const filters = deliveryFiltersOf(route.query);
  const paging = useCursor(JSON.stringify(route.query));
  const isPermitted = useScope('deliveries.read');
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['deliveries', filters, cursor],
    queryFn: async ({ signal }) => {
      const page = { ...filters, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      return (await api.GET('/v1/deliveries', { params: { query: page }, signal })).data;
    },
    refetchInterval: useRefreshInterval(15_000),
    placeholderData: keepPreviousData,
    enabled: isPermitted,
  });
  return (
    <>
      <PageHeader title="Deliveries">
        {isPermitted && <Freshness query={query} rhythm="every 15 s" />}
        <ReplayDeliveries />
      </PageHeader>
      <Panel title="List of deliveries">
        <FilterForm page="deliveries" fields={FIELDS} values={route.query} />
        {!isPermitted && <MissingScope scope="deliveries.read" />}
        {isPermitted && (
          <QueryView query={query} subject="deliveries">
            {({ items, nextCursor }) => (
              <>
                <DeliveryTable items={items} />
                <Pager label="deliveries" paging={paging} nextCursor={nextCursor} />
              </>
            )}
          </QueryView>
        )}
      </Panel>
    </>
  );
}

function DeliveryTable({ items }: { readonly items: readonly Delivery[] }): ReactElement {
  if (items.length === 0)
    return (
      <EmptyState title="No delivery on this page">
        Clear the filters, or go to the next page if there is one. Delivered events are kept for a limited
        time.
      </EmptyState>
    );
  return (
    <DataTable
      caption="Deliveries"
      columns={COLUMNS}
      rows={items}
      keyOf={({ id, sink }) => `${id} ${sink}`}
    />
  );
}
