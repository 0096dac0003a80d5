import type { AuditAction, AuditFact } from '../../audit/domain/audit-record';
import type { Caller } from '../../access/domain/caller';
import type { Session } from './session';

/**
 * The audit fact that a caller acts for the guest of another caller, the `owner`; undefined for the caller's own
 * guest. It contains no content that was sent or read.
 */
export function foreignAct(
  caller: Caller,
  { conversationId, snapshot: { owner } }: Session,
  action: AuditAction,
): AuditFact | undefined {
  if (owner === caller.owner) return undefined;
  return {
    action,
    target: { type: 'session', id: conversationId },
    conversationId,
    actor: { type: 'caller', name: caller.name },
    detail: { owner },
  };
}

/** The audit fact of a list of sessions, if any of them belongs to another caller. */
export function foreignListing(caller: Caller, sessions: readonly Session[]): AuditFact | undefined {
  const isOwn = sessions.every(({ snapshot }) => snapshot.owner === caller.owner);
  return isOwn ? undefined : ofAllSessions(caller, 'SESSIONS_LISTED');
}

/** The audit fact that a caller reads the sessions of all callers. */
export function ofAllSessions({ name }: Caller, action: AuditAction): AuditFact {
  return { action, target: { type: 'session', id: '*' }, actor: { type: 'caller', name } };
}
