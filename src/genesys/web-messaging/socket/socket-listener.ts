import type { GuestMessage } from '../frames/guest-message';
import type { OverReason } from './verdict';

/**
 * States of a guest socket:
 *
 *   connecting ── configured ──▶ live ◀──▶ reconnecting
 *        └───────────┴──────────────┴────────────┴──▶ over
 */
export type SocketState = 'connecting' | 'live' | 'reconnecting' | 'over';

/** Listener of one guest socket. The socket logs the errors that a listener throws; they have no other effect. */
export interface SocketListener {
  /** A message or an event of either side, each once; those that arrive together are in the order of `channel.time`. */
  onMessage(message: GuestMessage): void;
  /** The agent or the bot has started or stopped to type. */
  onTyping(isOn: boolean, durationMs?: number): void;
  /** The expiry of the session has changed, in epoch milliseconds. */
  onExpiry(expiresAt: number): void;
  /** The session expires soon, unless its expiry is moved. */
  onExpiring(expiresAt: number): void;
  onState(state: SocketState): void;
  /** The socket is over. No other call follows. */
  onOver(reason: OverReason): void;
}

/** Calls the listener of a socket; never throws. */
export type Notify = (call: (listener: SocketListener) => void) => void;
