import type { UpstreamEndReason } from '../../../session/domain/session-state';
import type { GuestMessage } from '../frames/guest-message';

/**
 *   connecting ── configured ──▶ live ◀──▶ reconnecting
 *        └───────────┴──────────────┴────────────┴──▶ over
 */
export type SocketState = 'connecting' | 'live' | 'reconnecting' | 'over';

/**
 * Why a socket is over. `closed`: we left, which ends no conversation. `refused`: Genesys wants nothing of us, which
 * says nothing about the conversation either. With every other reason there is no conversation to go on with.
 */
export type OverReason =
  | 'agent-ended'
  | 'expired'
  | 'cleared'
  | 'signed-in-elsewhere'
  | 'logged-out'
  | 'gone'
  | 'refused'
  | 'closed';

/** The end of a socket, with the platform's own word for it where that has one. */
export interface Verdict {
  readonly reason: OverReason;
  readonly endCause?: string;
}

/** Whether a socket is over because there is no conversation any more. */
export function isEnd(reason: OverReason | undefined): reason is UpstreamEndReason {
  return reason !== undefined && reason !== 'refused' && reason !== 'closed';
}

/** Whoever holds a guest socket and hears from it. What it throws is logged and changes nothing. */
export interface SocketListener {
  /** A message or an event of either side, each once; what arrives together is in the order of `channel.time`. */
  onMessage(message: GuestMessage): void;
  /** The other side types, or has stopped to. */
  onTyping(isOn: boolean, durationMs?: number): void;
  /** When the session expires, in epoch milliseconds, as often as that changes. */
  onExpiry(expiresAt: number): void;
  /** The session expires soon, unless that is moved. */
  onExpiring(expiresAt: number): void;
  onState(state: SocketState): void;
  /** The last that is heard. */
  onOver(reason: OverReason): void;
}
