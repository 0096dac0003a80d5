/** The life of a session; `Session` says what moves it. */
export const SESSION_STATES = [
  'connecting',
  'active',
  'terminating',
  'terminated',
  'disconnected',
  'failed',
] as const;

export type SessionState = (typeof SESSION_STATES)[number];

/** Why Genesys says that a conversation is over; `gone` when it does not say. */
export const UPSTREAM_END_REASONS = [
  'gone',
  'agent-ended',
  'expired',
  'cleared',
  'signed-in-elsewhere',
  'logged-out',
] as const;

export type UpstreamEndReason = (typeof UPSTREAM_END_REASONS)[number];

/** Why a session ended, or never came to life. */
export type EndReason =
  | 'requested'
  | 'duration-limit'
  | 'shutdown'
  | 'heartbeat-lost'
  | 'open-failed'
  | 'interrupted'
  | UpstreamEndReason;

/** The reason that a word stands for; `gone` for every other word. */
export function upstreamEndReasonOf(word: string | undefined): UpstreamEndReason {
  return UPSTREAM_END_REASONS.find((reason) => reason === word) ?? 'gone';
}

const END_CAUSE = /^[\w ./-]{1,64}$/;

/** The platform's own word for an end, as it is kept and shown; null for a text of any other form. */
export function endCauseOf(word: string | undefined): string | null {
  return word !== undefined && END_CAUSE.test(word) ? word : null;
}

/**
 * The upstream side of an ended session: `none` when there is nothing to close, `pending` while the disconnect is
 * being retried, `confirmed` when Genesys said so, `unconfirmed` when the deadline passed first.
 */
export type DisconnectStatus = 'none' | 'pending' | 'confirmed' | 'unconfirmed';

/**
 * By which of several ways a conversation was ended upstream: the guest's own farewell, the platform API, or by closing
 * the guest's session alone.
 */
export type DisconnectMeans = 'clear' | 'disconnect' | 'close';

/** The states a session may move to from each state; everything else is refused. */
export const TRANSITIONS: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ['active', 'failed'],
  active: ['terminating', 'disconnected'],
  terminating: ['terminated', 'disconnected'],
  terminated: [],
  disconnected: [],
  failed: [],
};

/** The states that a session is still going to leave. A final one may have to be disconnected upstream all the same. */
export const UNFINISHED_STATES: readonly SessionState[] = ['connecting', 'active', 'terminating'];

/** The states that hold one of the limited slots. */
export const LIVE_STATES: readonly SessionState[] = ['connecting', 'active'];
