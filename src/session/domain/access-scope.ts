import type { Caller } from '../../access/domain/caller';
import type { Session } from './session';

/** The sessions that a caller may access: those of one owner, or all if none is named. */
export interface AccessScope {
  readonly owner?: string;
}

export const ALL_SESSIONS: AccessScope = {};

/** A caller's own sessions, or all with the scope `sessions.any`. */
export function accessScopeOf(caller: Caller): AccessScope {
  return caller.may('sessions.any') ? ALL_SESSIONS : { owner: caller.owner };
}

/** The names of guests in the sessions of other callers need a scope of their own. */
export function seesGuestName(caller: Caller, { snapshot: { owner } }: Session): boolean {
  return owner === caller.owner || caller.may('guests.read');
}

export function canAccess({ owner }: AccessScope, { snapshot }: Session): boolean {
  return owner === undefined || owner === snapshot.owner;
}
