import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { AuditRecord, DeliveryHistory } from '../api/schemas';
import { api } from '../api/service-client';
import { useScope } from '../login/console-session-context';
import { isUnchanged } from './delivery-changes';

/** Bound on the deliveries of a session whose attempts are read, one request each. */
const MAX_HISTORIES = 20;
const MAX_RECORDS = 200;

/** The newest audit records of a session; disabled without the scope. */
export function useSessionRecords(
  conversationId: string,
  refetchInterval: number | false,
): UseQueryResult<AuditRecord[]> {
  const enabled = useScope('audit.read');
  return useQuery({
    queryKey: ['session', conversationId, 'audit'],
    queryFn: async ({ signal }) => {
      const params = { query: { conversationId, limit: MAX_RECORDS } };
      return (await api.GET('/v1/audit', { params, signal })).data.items;
    },
    refetchInterval,
    enabled,
  });
}

/**
 * The newest deliveries of a session with their attempts, which are read again for changed deliveries only; disabled
 * without the scope.
 */
export function useSessionDeliveries(
  conversationId: string,
  refetchInterval: number | false,
): UseQueryResult<DeliveryHistory[]> {
  const enabled = useScope('deliveries.read');
  const queries = useQueryClient();
  const queryKey = ['session', conversationId, 'deliveries'];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const params = { query: { conversationId, limit: MAX_HISTORIES } };
      const { items } = (await api.GET('/v1/deliveries', { params, signal })).data;
      const before = queries.getQueryData<DeliveryHistory[]>(queryKey) ?? [];
      const known = new Map(before.map((history) => [history.id, history]));
      return Promise.all(
        items.map(async (item) => {
          const history = known.get(item.id);
          return history !== undefined && isUnchanged(item, history) ? history : historyOf(item.id, signal);
        }),
      );
    },
    refetchInterval,
    enabled,
  });
}

async function historyOf(id: string, signal: AbortSignal): Promise<DeliveryHistory> {
  return (await api.GET('/v1/deliveries/{id}', { params: { path: { id } }, signal })).data;
}
