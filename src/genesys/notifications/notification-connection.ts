import type { RawData, WebSocket } from 'ws';
import type { ConnectionEnd } from '../web-messaging/connection/guest-connection';

const PING = JSON.stringify({ message: 'ping' });
const PING_INTERVAL_MS = 30_000;
/** The platform sends a heartbeat about every 30 seconds, and answers pings. */
const SILENCE_MS = 45_000;
/** Time for the server to answer the closing handshake. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Listener of one connection. No call follows `onEnded`, which comes once. */
export interface NotificationConnectionListener {
  onText(text: string): void;
  onEnded(end: ConnectionEnd): void;
}

/**
 * A connection to a notification channel over an open WebSocket. It pings every 30 seconds in the platform's protocol, and
 * ends as `silent` after 45 seconds without a frame, and as `garbage` on a frame that is binary, oversized or not UTF-8.
 */
export class NotificationConnection {
  private readonly pings: NodeJS.Timeout;
  private readonly silence: NodeJS.Timeout;
  private closeTimer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: NotificationConnectionListener,
  ) {
    socket.on('message', (data, isBinary) => {
      this.receive(data, isBinary);
    });
    // The socket rejects a frame that is too large, not UTF-8 or against the protocol.
    socket.on('error', () => {
      this.breakOff('garbage');
    });
    socket.on('close', (code) => {
      clearTimeout(this.closeTimer);
      this.end({ cause: 'closed', code });
    });
    this.pings = setInterval(() => {
      // Without a callback `send` would throw; the end of the connection reports the error anyway.
      socket.send(PING, () => undefined);
    }, PING_INTERVAL_MS);
    this.silence = setTimeout(() => {
      this.breakOff('silent');
    }, SILENCE_MS);
  }

  /** Closes the connection, which ends as `ours`. The channel and its subscriptions stay. */
  close(): void {
    if (this.isOver) return;
    this.end({ cause: 'ours', code: 1000 });
    this.socket.close(1000);
    this.closeTimer = setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_TIMEOUT_MS);
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.isOver) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.breakOff('garbage');
      return;
    }
    this.silence.refresh();
    this.listener.onText(data.toString('utf8'));
  }

  private breakOff(cause: 'silent' | 'garbage'): void {
    this.end({ cause, code: 1006 });
    this.socket.terminate();
  }

  private end(end: ConnectionEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.pings);
    clearTimeout(this.silence);
    this.listener.onEnded(end);
  }
}
