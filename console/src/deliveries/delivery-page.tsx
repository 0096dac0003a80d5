import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { DeliveryHistory } from '../api/schemas';
import { api } from '../api/service-client';
import { AttemptsTable } from '../components/attempts-table';
import { CopyableId } from '../components/copyable-id';
import { Facts } from '../components/facts';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { useRefreshInterval } from '../components/open-dialogs';
import { PageHeader } from '../components/page-header';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { useScope } from '../login/console-session-context';
import { hrefOf } from '../router/route';
import { shownStatusOf } from './delivery-query';
import { RetryDelivery } from './retry-delivery';

/** One delivery and its attempts. */
export function DeliveryPage({ id }: { readonly id: string }): ReactElement {
  const enabled = useScope('deliveries.read');
  const query = useQuery({
    queryKey: ['delivery', id],
    queryFn: async ({ signal }) =>
      (await api.GET('/v1/deliveries/{id}', { params: { path: { id } }, signal })).data,
    refetchInterval: useRefreshInterval(15_000),
    enabled,
  });
  return (
    <>
      <PageHeader title="Delivery" parent={{ title: 'Deliveries', href: hrefOf('deliveries') }}>
        {enabled && <Freshness query={query} rhythm="every 15 s" />}
        {query.data !== undefined && <RetryDelivery id={id} />}
      </PageHeader>
      {!enabled && <MissingScope scope="deliveries.read" />}
      {enabled && (
        <QueryView query={query} subject="the delivery">
          {(delivery) => (
            <>
              <Panel title="Facts">
                <DeliveryFacts delivery={delivery} />
              </Panel>
              <Panel title="Attempts">
                <AttemptsTable attempts={delivery.attempts} />
              </Panel>
            </>
          )}
        </QueryView>
      )}
    </>
  );
}

function DeliveryFacts({ delivery }: { readonly delivery: DeliveryHistory }): ReactElement {
  const { id, sink, event, failures, queuedAt, nextAttemptAt, settledAt, lastError } = delivery;
  return (
    <Facts
      facts={{
        Delivery: <CopyableId id={id} label="delivery id" />,
        Status: <StatusBadge status={shownStatusOf(delivery)} />,
        Receiver: <a href={hrefOf('receivers')}>{sink}</a>,
        Event: event.type,
        'Event number': `${event.sequence} in its conversation`,
        'Event id': <CopyableId id={event.id} label="event id" />,
        Conversation: (
          <CopyableId
            id={event.conversationId}
            label="conversation id"
            href={hrefOf('sessions', event.conversationId)}
          />
        ),
        Occurred: <Timestamp at={event.occurredAt} />,
        Queued: <Timestamp at={queuedAt} />,
        'Next attempt': nextAttemptAt && <Timestamp at={nextAttemptAt} />,
        Settled: settledAt && <Timestamp at={settledAt} />,
        'Failures since queued': failures,
        'Last error': lastError,
      }}
    />
  );
}
