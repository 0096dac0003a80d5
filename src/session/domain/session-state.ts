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

/** Why a session ended, or never came to life. */
export type EndReason =
  'requested' | 'duration-limit' | 'shutdown' | 'heartbeat-lost' | 'gone' | 'open-failed' | 'interrupted';

/**
 * The upstream side of an ended session: `none` when there is nothing to close, `pending` while the disconnect is
 * being retried, `confirmed` when Genesys said so, `unconfirmed` when the deadline passed first.
 */
export type DisconnectStatus = 'none' | 'pending' | 'confirmed' | 'unconfirmed';

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
