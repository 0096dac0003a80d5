import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Webhook } from '../api/schemas';
import { api } from '../api/service-client';
import { Freshness } from '../components/freshness';
import { useRefreshInterval } from '../components/open-dialogs';
import { QueryView } from '../components/query-view';
import { StatusBadge } from '../components/status-badge';
import { countedText } from '../format/figures';
import { useScope } from '../login/console-session-context';

const LIMIT = 200;
const STATUSES = ['active', 'unverified', 'paused', 'disabled'] as const;

/** The newest webhooks by status; absent without the scope. */
export function WebhookHealth(): ReactElement | null {
  const enabled = useScope('webhooks.manage');
  const query = useQuery({
    queryKey: ['webhooks', 'newest'],
    queryFn: async ({ signal }) =>
      (await api.GET('/v1/webhooks', { params: { query: { limit: LIMIT } }, signal })).data,
    refetchInterval: useRefreshInterval(60_000),
    enabled,
  });
  if (!enabled) return null;
  return (
    <div>
      <div className="panel-header">
        <Title order={3} size="h6">
          Webhooks
        </Title>
        <Freshness query={query} rhythm="every minute" />
      </div>
      <QueryView query={query} subject="webhooks">
        {({ items, nextCursor }) => (
          <>
            <p>
              <a href="#/webhooks">{countedText(items.length, 'webhook')}</a>
              {nextCursor !== null && ' (the newest)'}
            </p>
            <ul className="actions">
              {countsOf(items).map(([status, count]) => (
                <li key={status}>
                  <StatusBadge status={status} /> {count}
                </li>
              ))}
            </ul>
          </>
        )}
      </QueryView>
    </div>
  );
}

/** The statuses that a webhook has, with their counts; a failing one counts as such besides. */
function countsOf(items: readonly Webhook[]): (readonly [status: string, count: number])[] {
  const counts = STATUSES.map(
    (status) => [status, items.filter((item) => item.status === status).length] as const,
  );
  const failing = items.filter(({ failingSince }) => failingSince !== undefined).length;
  return [...counts, ['failing', failing] as const].filter(([, count]) => count > 0);
}
