import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Sink } from '../api/schemas';
import { api } from '../api/service-client';
import { useRefreshInterval } from '../components/open-dialogs';
import { useScope } from '../login/console-session-context';

/** The receivers of the deployment and their condition; not read without the scope `deliveries.read`. */
export function useSinks(): UseQueryResult<Sink[]> {
  return useQuery({
    queryKey: ['sinks'],
    queryFn: async ({ signal }) => (await api.GET('/v1/sinks', { signal })).data.items,
    refetchInterval: useRefreshInterval(15_000),
    enabled: useScope('deliveries.read'),
  });
}
