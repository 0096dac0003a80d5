import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { AuditRecord, DeliveryHistory } from '../api/schemas';
import { api } from '../api/service-client';
import { useScope } from '../login/console-session-context';

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

/** The newest deliveries of a session with their attempts; disabled without the scope. */
export function useSessionDeliveries(
  conversationId: string,
  refetchInterval: number | false,
): UseQueryResult<DeliveryHistory[]> {
  const enabled = useScope('deliveries.read');
  return useQuery({
    queryKey: ['session', conversationId, 'deliveries'],
    queryFn: async ({ signal }) => {
      const params = { query: { conversationId, limit: MAX_HISTORIES } };
      const { items } = (await api.GET('/v1/deliveries', { params, signal })).data;
      return Promise.all(items.map(async ({ id }) => historyOf(id, signal)));
    },
    refetchInterval,
    enabled,
  });
}

async function historyOf(id: string, signal: AbortSignal): Promise<DeliveryHistory> {
  return (await api.GET('/v1/deliveries/{id}', { params: { path: { id } }, signal })).data;
}
