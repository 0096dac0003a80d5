import type { EndedBy } from './platform-fact';

/** The states of a session; `Session` implements the transitions. */
export const SESSION_STATES = [
  'connecting',
  'active',
  'terminating',
  'terminated',
  'disconnected',
  'failed',
] as const;

export type SessionState = (typeof SESSION_STATES)[number];

/** The reasons that Genesys gives for the end of a conversation; `gone` if it gives none. */
export const UPSTREAM_END_REASONS = [
  'gone',
  'agent-ended',
  'expired',
  'cleared',
  'signed-in-elsewhere',
  'logged-out',
] as const;

export type UpstreamEndReason = (typeof UPSTREAM_END_REASONS)[number];

/** The reason for the end of a session, or for a failed opening. */
export type EndReason =
  | 'requested'
  | 'duration-limit'
  | 'shutdown'
  | 'heartbeat-lost'
  | 'open-failed'
  | 'interrupted'
  | UpstreamEndReason;

/** The reason for a word of the platform; `gone` for every unknown word. */
export function upstreamEndReasonOf(word: string | undefined): UpstreamEndReason {
  return UPSTREAM_END_REASONS.find((reason) => reason === word) ?? 'gone';
}

/** The reason for an end by a party of the conversation; undefined for those that have none of their own. */
export function endReasonOf(by: EndedBy): UpstreamEndReason | undefined {
  if (by === 'agent') return 'agent-ended';
  return by === 'expired' ? 'expired' : undefined;
}

const END_CAUSE = /^[\w ./-]{1,64}$/;

/** The platform's own word for an end in its stored form; null for text in any other form. */
export function endCauseOf(word: string | undefined): string | null {
  return word !== undefined && END_CAUSE.test(word) ? word : null;
}

/**
 * The upstream side of an ended session: `none` if there is nothing to disconnect, `pending` while the disconnect is
 * retried, `confirmed` once Genesys has confirmed it, `unconfirmed` if the deadline passed first.
 */
export type DisconnectStatus = 'none' | 'pending' | 'confirmed' | 'unconfirmed';

/**
 * The way in which a conversation was ended upstream: by the guest's own farewell, by the platform API, or by closing
 * only the guest's session.
 */
export type DisconnectMeans = 'clear' | 'disconnect' | 'close';

/** The allowed transitions from each state; all others are refused. */
export const TRANSITIONS: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ['active', 'failed'],
  active: ['terminating', 'disconnected'],
  terminating: ['terminated', 'disconnected'],
  terminated: [],
  disconnected: [],
  failed: [],
};

/** The states that a session will leave. A session in a final state may still have to be disconnected upstream. */
export const UNFINISHED_STATES: readonly SessionState[] = ['connecting', 'active', 'terminating'];

/** The states that hold one of the limited slots. */
export const LIVE_STATES: readonly SessionState[] = ['connecting', 'active'];
