import type { Caller } from '../../access/domain/caller';
import type { Session } from './session';

/** Whose sessions somebody may see and end: those of one owner, or everybody's when none is named. */
export interface AccessScope {
  readonly owner?: string;
}

export const ALL_SESSIONS: AccessScope = {};

/** A caller's own sessions, and with the scope `sessions.any` everybody's. */
export function accessScopeOf(caller: Caller): AccessScope {
  return caller.may('sessions.any') ? ALL_SESSIONS : { owner: caller.owner };
}

export function canAccess({ owner }: AccessScope, { snapshot }: Session): boolean {
  return owner === undefined || owner === snapshot.owner;
}
