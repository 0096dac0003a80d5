import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Limits } from '../api/schemas';
import { api } from '../api/service-client';
import { useRefreshInterval } from '../components/open-dialogs';
import { useScope } from '../login/console-session-context';

/** The limits as they are now; not read without the scope `sessions.read`. */
export function useLimits(): UseQueryResult<Limits> {
  return useQuery({
    queryKey: ['limits'],
    queryFn: async ({ signal }) => (await api.GET('/v1/limits', { signal })).data,
    refetchInterval: useRefreshInterval(15_000),
    enabled: useScope('sessions.read'),
  });
}
