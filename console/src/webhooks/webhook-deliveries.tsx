import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { NativeSelect } from '@mantine/core';
import type { WebhookDelivery } from '../api/schemas';
import { api } from '../api/service-client';
import { CopyableId } from '../components/copyable-id';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { useRefreshInterval } from '../components/open-dialogs';
import { Pager } from '../components/pager';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { useCursor } from '../components/use-cursor';
import { PROGRESS_COLUMNS, STATUS_COLUMN } from '../deliveries/delivery-columns';
import { DELIVERY_STATUSES, deliveryFiltersOf } from '../deliveries/delivery-query';
import { hrefOf } from '../router/route';
import { WebhookDeliveryActions } from './webhook-delivery-actions';

/** The columns before the actions. */
const COLUMNS: readonly Column<WebhookDelivery>[] = [
  { title: 'Event', cell: ({ id }) => <CopyableId id={id} label="event id" isShort /> },
  { title: 'Type', cell: ({ type }) => type },
  STATUS_COLUMN,
  {
    title: 'Conversation',
    cell: ({ conversationId: id }) =>
      id === undefined ? (
        '–'
      ) : (
        <CopyableId id={id} label="conversation id" href={hrefOf('sessions', id)} isShort />
      ),
    isSecondary: true,
  },
  ...PROGRESS_COLUMNS,
];

/** The delivery log of a webhook, the last queued first. */
export function WebhookDeliveries({ webhookId }: { readonly webhookId: string }): ReactElement {
  const [status, setStatus] = useState('');
  const paging = useCursor(status);
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['webhook', webhookId, 'deliveries', status, cursor],
    queryFn: async ({ signal }) => {
      const filter = deliveryFiltersOf({ status }).status;
      const selected = { limit: 50, ...(filter && { status: filter }), ...(cursor && { cursor }) };
      const params = { path: { webhookId }, query: selected };
      return (await api.GET('/v1/webhooks/{webhookId}/deliveries', { params, signal })).data;
    },
    refetchInterval: useRefreshInterval(15_000),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title="Deliveries" side={<Freshness query={query} rhythm="every 15 s" />}>
      <div className="filters">
        <NativeSelect
          size="xs"
          label="Status"
          data={[{ value: '', label: 'Any' }, ...DELIVERY_STATUSES]}
          value={status}
          onChange={({ currentTarget }) => setStatus(currentTarget.value)}
        />
      </div>
      <QueryView query={query} subject="deliveries">
        {({ items, nextCursor }) => (
          <>
            <DeliveryLog webhookId={webhookId} items={items} />
            <Pager label="deliveries" paging={paging} nextCursor={nextCursor} />
          </>
        )}
      </QueryView>
    </Panel>
  );
}

interface DeliveryLogProps {
  readonly webhookId: string;
  readonly items: readonly WebhookDelivery[];
}

function DeliveryLog({ webhookId, items }: DeliveryLogProps): ReactElement {
  if (items.length === 0)
    return (
      <EmptyState title="No delivery on this page">
        Test the webhook, choose another status, or go to the next page if there is one.
      </EmptyState>
    );
  const actions: Column<WebhookDelivery> = {
    title: 'Actions',
    cell: ({ id }) => <WebhookDeliveryActions webhookId={webhookId} eventId={id} />,
  };
  return (
    <DataTable
      caption="Deliveries of the webhook"
      columns={[...COLUMNS, actions]}
      rows={items}
      keyOf={({ id }) => id}
    />
  );
}
