import type { operations } from '@genesys-guest-sessions/client';
import { isoOfLocal } from '../format/local-time';

type Query = NonNullable<operations['auditList']['parameters']['query']>;
type Filters = Omit<Query, 'limit' | 'cursor'>;

/** Actions that the filter offers, as the API names them. */
export const AUDIT_ACTIONS = [
  'SESSION_INITIALIZED',
  'SESSION_END_REQUESTED',
  'SESSION_TERMINATED',
  'SESSION_DISCONNECTED',
  'SESSION_FAILED',
  'GUEST_AUTHENTICATED',
  'GUEST_LOGOUT_REQUESTED',
  'MESSAGE_SENT',
  'MESSAGES_READ',
  'FILE_SENT',
  'EVENTS_STREAMED',
  'SESSIONS_LISTED',
  'CRM_SYNC_SUCCESS',
  'CRM_SYNC_FAILED',
  'SINK_PAUSED',
  'SINK_RESUMED',
  'SINK_TESTED',
  'DELIVERY_RETRIED',
  'DELIVERIES_REPLAYED',
  'WEBHOOK_CREATED',
  'WEBHOOK_UPDATED',
  'WEBHOOK_SECRET_ROTATED',
  'WEBHOOK_TESTED',
  'WEBHOOK_PAUSED',
  'WEBHOOK_RESUMED',
  'WEBHOOK_DISABLED',
  'WEBHOOK_DELETED',
  'WEBHOOK_DELIVERY_RETRIED',
  'WEBHOOK_DELIVERIES_REPLAYED',
  'GUEST_ERASED',
  'REQUEST_REFUSED',
  'AUDIT_EXPORTED',
  'AUDIT_SEGMENT_DROPPED',
] as const satisfies readonly NonNullable<Query['action']>[];

export const AUDIT_OUTCOMES = ['success', 'failure', 'denied'] as const;

const TEXTS = ['actor', 'conversationId', 'target'] as const;

/** The filters of the API from those of the address, where times are local and empty fields stand for no filter. */
export function auditFiltersOf(query: Readonly<Record<string, string>>): Filters {
  const texts = TEXTS.map((name) => [name, query[name]?.trim() ?? ''] as const).filter(
    ([, value]) => value !== '',
  );
  const action = AUDIT_ACTIONS.find((known) => known === query['action']);
  const outcome = AUDIT_OUTCOMES.find((known) => known === query['outcome']);
  const from = isoOfLocal(query['from']);
  const to = isoOfLocal(query['to']);
  return {
    ...Object.fromEntries(texts),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
