import type { operations } from '@genesys-guest-sessions/client';
import { isoOfLocal } from '../format/local-time';

type Query = NonNullable<operations['auditList']['parameters']['query']>;
type Action = NonNullable<Query['action']>;
type Filters = Omit<Query, 'limit' | 'cursor'>;

/** All actions: the compiler refuses a list that lacks one. */
const ACTIONS: Readonly<Record<Action, true>> = {
  SESSION_INITIALIZED: true,
  SESSION_END_REQUESTED: true,
  SESSION_TERMINATED: true,
  SESSION_DISCONNECTED: true,
  SESSION_FAILED: true,
  GUEST_AUTHENTICATED: true,
  GUEST_LOGOUT_REQUESTED: true,
  MESSAGE_SENT: true,
  MESSAGES_READ: true,
  FILE_SENT: true,
  EVENTS_STREAMED: true,
  SESSIONS_LISTED: true,
  CRM_SYNC_SUCCESS: true,
  CRM_SYNC_FAILED: true,
  SINK_PAUSED: true,
  SINK_RESUMED: true,
  SINK_TESTED: true,
  DELIVERY_RETRIED: true,
  DELIVERIES_REPLAYED: true,
  WEBHOOK_CREATED: true,
  WEBHOOK_UPDATED: true,
  WEBHOOK_SECRET_ROTATED: true,
  WEBHOOK_TESTED: true,
  WEBHOOK_PAUSED: true,
  WEBHOOK_RESUMED: true,
  WEBHOOK_DISABLED: true,
  WEBHOOK_DELETED: true,
  WEBHOOK_DELIVERY_RETRIED: true,
  WEBHOOK_DELIVERIES_REPLAYED: true,
  GUEST_ERASED: true,
  DEPLOYMENT_EXAMINED: true,
  CONSOLE_LOGIN: true,
  CONSOLE_LOGOUT: true,
  REQUEST_REFUSED: true,
  AUDIT_EXPORTED: true,
  AUDIT_SEGMENT_DROPPED: true,
};

/** Actions that the filter offers, as the API names them. */
export const AUDIT_ACTIONS = Object.keys(ACTIONS) as Action[];

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
