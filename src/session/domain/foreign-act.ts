import type { AuditAction, AuditFact } from '../../audit/domain/audit-record';
import type { Caller } from '../../access/domain/caller';
import type { Session } from './session';

/**
 * The audit fact that a caller acts for the guest of another caller, whose name is the `owner`; undefined for a guest of
 * its own. It holds nothing of what was said, sent or read.
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

/** The same for a list of sessions, if any of them is another caller's. */
export function foreignListing(caller: Caller, sessions: readonly Session[]): AuditFact | undefined {
  const isOwn = sessions.every(({ snapshot }) => snapshot.owner === caller.owner);
  return isOwn ? undefined : ofAllSessions(caller, 'SESSIONS_LISTED');
}

/** The audit fact that a caller reads from the sessions of all callers. */
export function ofAllSessions({ name }: Caller, action: AuditAction): AuditFact {
  return { action, target: { type: 'session', id: '*' }, actor: { type: 'caller', name } };
}
