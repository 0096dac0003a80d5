import type { Caller } from '../../access/domain/caller';
import type { Session } from './session';

/** Whose sessions somebody may see and end: those of one owner, or everybody's when none is named. */
export interface Reach {
  readonly owner?: string;
}

export const EVERYBODYS: Reach = {};

/** A caller's own sessions, and with the scope `sessions.any` everybody's. */
export function reachOf(caller: Caller): Reach {
  return caller.may('sessions.any') ? EVERYBODYS : { owner: caller.owner };
}

export function isWithin({ owner }: Reach, { snapshot }: Session): boolean {
  return owner === undefined || owner === snapshot.owner;
}
