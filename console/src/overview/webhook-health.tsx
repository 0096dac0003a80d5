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
      <p>
        <a href="#/webhooks">Webhooks</a> <Freshness query={query} rhythm="every minute" />
      </p>
      <QueryView query={query} subject="webhooks">
        {({ items, nextCursor }) => (
          <>
            <p>
              {countedText(items.length, 'webhook')}
              {nextCursor !== null && ' (the newest)'}
            </p>
            <ul className="actions">
              {STATUSES.map((status) => (
                <li key={status}>
                  <StatusBadge status={status} /> {items.filter((item) => item.status === status).length}
                </li>
              ))}
              <li>
                <StatusBadge status="failing" /> {items.filter(isFailing).length}
              </li>
            </ul>
          </>
        )}
      </QueryView>
    </div>
  );
}

function isFailing({ failingSince }: Webhook): boolean {
  return failingSince !== undefined;
}
