import { RequestContext } from '../../common/logging/request-context';
import type { AuditActor } from './audit-record';

/** The actor of a request without a valid credential, and of facts that are counted for several callers. */
export const UNKNOWN_ACTOR: AuditActor = { type: 'unknown', name: '' };

const SERVICE: AuditActor = { type: 'service', name: 'guest-sessions' };

/** The caller whose request is being served; the service for work outside of requests. */
export function currentActor(): AuditActor {
  const { requestId, caller } = RequestContext;
  if (caller !== undefined) return { type: 'caller', name: caller };
  return requestId === undefined ? SERVICE : UNKNOWN_ACTOR;
}
