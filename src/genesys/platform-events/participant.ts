import type { Disconnect } from './disconnect-type';
import type { WrapUp } from './wrap-up';

/** The part of a participant in a conversation; `acd` is the queue. */
export type Role = 'customer' | 'agent' | 'acd' | 'bot' | 'other';

/** `none` before a participant was contacted, or for an unknown state. */
export type ParticipantState = 'alerting' | 'connected' | 'ended' | 'none';

/** A participant, read from one of the participant lists. Times are epoch milliseconds. */
export interface Participant {
  readonly role: Role;
  readonly state: ParticipantState;
  readonly participantId?: string;
  readonly userId?: string;
  readonly queueId?: string;
  readonly startedAt?: number;
  /** Absent for an agent that never answered. */
  readonly connectedAt?: number;
  readonly endedAt?: number;
  /** The latest of all times of the participant, those of its messages included. */
  readonly latestAt?: number;
  readonly disconnect?: Disconnect;
  /** Analytics state that the customer cleared the conversation. */
  readonly cleared: boolean;
  /** Empty but for the customer. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly wrapUp?: WrapUp;
}

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['customer', 'customer'],
  ['external', 'customer'],
  ['agent', 'agent'],
  ['user', 'agent'],
  ['acd', 'acd'],
  ['workflow', 'bot'],
  ['ivr', 'bot'],
  ['bot', 'bot'],
  ['botflow', 'bot'],
]);

/** Reads a purpose in any case. */
export function roleOf(purpose: string | undefined): Role {
  return ROLES.get(purpose?.slice(0, 64).toLowerCase() ?? '') ?? 'other';
}

/** The latest of the times that are known. */
export function latestOf(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce(
    (latest, time) => (time !== undefined && (latest === undefined || time > latest) ? time : latest),
    undefined,
  );
}
