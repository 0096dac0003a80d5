import type { ClientFrame } from '../frames/client-frame';
import type { ServerFrame } from '../frames/server-frame';

/**
 * The end of a connection. `closed`: the server closed it with `code` (1006 when it broke). `silent`: the server stopped to
 * answer. `garbage`: the server sent no JSON, or malformed frames in a row. `ours`: this service closed it.
 */
export interface ConnectionEnd {
  readonly cause: 'closed' | 'silent' | 'garbage' | 'ours';
  readonly code: number;
}

/** Listener of one connection. No call follows `onEnded`, which comes once. */
export interface ConnectionListener {
  onFrame(frame: ServerFrame): void;
  onEnded(end: ConnectionEnd): void;
}

/** One open connection to the guest WebSocket. */
export interface GuestConnection {
  /** Sends a frame; without effect on a connection that has ended. */
  send(frame: ClientFrame): void;
  /** Closes the connection, which does not end the conversation. */
  close(): void;
  /** Breaks a connection that no longer answers; it ends as `silent`. */
  terminate(): void;
}
