import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { WebhookOverview } from '../api/schemas';
import { api } from '../api/service-client';
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
import { countText, wordsOf } from '../format/figures';
import { useScope } from '../login/console-session-context';
import { hrefOf } from '../router/route';
import { WebhookActions } from './webhook-actions';
import { WebhookDeliveries } from './webhook-deliveries';

/** One webhook, its queue and its delivery log. */
export function WebhookPage({ id }: { readonly id: string }): ReactElement {
  const enabled = useScope('webhooks.manage');
  const query = useQuery({
    queryKey: ['webhook', id],
    queryFn: async ({ signal }) => {
      const params = { path: { webhookId: id } };
      return (await api.GET('/v1/webhooks/{webhookId}', { params, signal })).data;
    },
    refetchInterval: useRefreshInterval(15_000),
    enabled,
  });
  return (
    <>
      <PageHeader title="Webhook" parent={{ title: 'Webhooks', href: hrefOf('webhooks') }}>
        {enabled && <Freshness query={query} rhythm="every 15 s" />}
      </PageHeader>
      {!enabled && <MissingScope scope="webhooks.manage" />}
      {enabled && (
        <QueryView query={query} subject="the webhook">
          {(webhook) => (
            <>
              <Panel title="Facts" side={<WebhookActions webhook={webhook} />}>
                <WebhookFacts webhook={webhook} />
              </Panel>
              <WebhookDeliveries webhookId={id} />
            </>
          )}
        </QueryView>
      )}
    </>
  );
}

function WebhookFacts({ webhook }: { readonly webhook: WebhookOverview }): ReactElement {
  const { status, statusReason, verifiedAt, failingSince, retryAfter, oldestAt } = webhook;
  return (
    <Facts
      facts={{
        URL: webhook.url,
        Webhook: <CopyableId id={webhook.id} label="webhook id" />,
        Status: (
          <>
            <StatusBadge status={status} /> {statusReason !== undefined && wordsOf(statusReason)}
          </>
        ),
        Description: webhook.description === '' ? undefined : webhook.description,
        Types: webhook.types.join(', '),
        Sessions: webhook.sessions === 'all' ? 'of all callers' : 'of its owner',
        Owner: webhook.owner === '' ? <span className="muted">anonymous</span> : webhook.owner,
        Pending: countText(webhook.pending),
        'Oldest pending': oldestAt && <Timestamp at={oldestAt} />,
        'Blocked conversations': countText(webhook.blockedConversations),
        Dead: countText(webhook.dead),
        'Failing since': failingSince && <Timestamp at={failingSince} />,
        'Receiver asked for a pause until': retryAfter && <Timestamp at={retryAfter} />,
        Verified: verifiedAt === undefined ? 'not yet: test it' : <Timestamp at={verifiedAt} />,
        Created: <Timestamp at={webhook.createdAt} />,
        Updated: <Timestamp at={webhook.updatedAt} />,
      }}
    />
  );
}
