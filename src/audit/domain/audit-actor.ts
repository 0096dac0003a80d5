import type { AuditActor } from './audit-record';

/** The actor of a request without a valid credential, and of facts that are counted for several callers. */
export const UNKNOWN_ACTOR: AuditActor = { type: 'unknown', name: '' };

const SERVICE: AuditActor = { type: 'service', name: 'guest-sessions' };

/** The caller of the request; unknown while it has none; the service for work outside of requests. */
export function actorOf({ requestId, caller }: RequestFacts): AuditActor {
  if (caller !== undefined) return { type: 'caller', name: caller };
  return requestId === undefined ? SERVICE : UNKNOWN_ACTOR;
}

/** The part of a request's context that identifies the actor. */
export interface RequestFacts {
  readonly requestId: string | undefined;
  readonly caller: string | undefined;
}
