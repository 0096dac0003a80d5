import type { ClientFrame } from '../frames/client-frame';
import type { ServerFrame } from '../frames/server-frame';

/**
 * Why a line is no more: the other side closed it with `code` (1006 when it just broke), it was silent for too long,
 * what came over it was no JSON or again and again no frame, or we hung up.
 */
export interface ConnectionEnd {
  readonly cause: 'closed' | 'silent' | 'garbage' | 'ours';
  readonly code: number;
}

/** Who listens at a line. Nothing is told after `onEnded`, and that once. */
export interface ConnectionListener {
  onFrame(frame: ServerFrame): void;
  onEnded(ending: ConnectionEnd): void;
}

/** One open connection to the guest WebSocket. */
export interface GuestConnection {
  /** Sends a frame; on a line that is no more, nothing happens. */
  send(frame: ClientFrame): void;
  /** Hangs up. That ends the connection and not the conversation. */
  hangUp(): void;
  /** Breaks the connection that no longer does its work; told as `silent`. */
  giveUp(): void;
}
