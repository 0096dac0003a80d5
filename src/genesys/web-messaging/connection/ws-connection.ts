import type { LeaseFence } from '../../../session/ports/lease-fence';
import type { RawData, WebSocket } from 'ws';
import type { ClientFrame } from '../frames/client-frame';
import { MalformedFrameError } from '../frames/malformed-frame.errors';
import { parseFrame } from '../frames/parse-frame';
import type { ServerFrame } from '../frames/server-frame';
import type { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { GuestConnection, ConnectionEnd, ConnectionListener } from './guest-connection';

const PING_INTERVAL_MS = 15_000;
/** Time for the server to answer the closing handshake. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A single malformed frame is tolerated; a server that sends nothing else does not speak the protocol. */
const MAX_MALFORMED_IN_A_ROW = 3;

/**
 * A connection over an open WebSocket. It pings every 15 seconds and ends as `silent` when a ping was not answered
 * before the next one, and as `garbage` on a frame that is binary, oversized, not UTF-8 or not JSON, and on the third
 * malformed one in a row. It counts itself and its invalid frames.
 */
export class WsConnection implements GuestConnection {
  private readonly pings: NodeJS.Timeout;
  private closeTimer: NodeJS.Timeout | undefined;
  private isAwaitingPong = false;
  private isOver = false;
  private malformedInARow = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: ConnectionListener,
    private readonly leaseFence: LeaseFence,
    private readonly telemetry: WebMessagingTelemetry,
  ) {
    telemetry.connectionOpened();
    socket.on('message', (data, isBinary) => {
      this.receive(data, isBinary);
    });
    socket.on('pong', () => {
      this.isAwaitingPong = false;
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
      this.ping();
    }, PING_INTERVAL_MS);
  }

  send(frame: ClientFrame): void {
    // Another replica may hold the session: this one must not send to it any more.
    if (!this.leaseFence.isValid) this.close();
    // Without a callback `send` would throw; the end of the connection reports the error anyway.
    if (!this.isOver) this.socket.send(JSON.stringify(frame), () => undefined);
  }

  close(): void {
    if (this.isOver) return;
    this.end({ cause: 'ours', code: 1000 });
    this.socket.close(1000);
    this.closeTimer = setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_TIMEOUT_MS);
  }

  terminate(): void {
    this.breakOff('silent');
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.isOver) return;
    const frame = isBinary || !Buffer.isBuffer(data) ? undefined : frameIn(data.toString('utf8'));
    if (frame === undefined) {
      this.breakOff('garbage');
      return;
    }
    this.malformedInARow = frame.kind === 'malformed' ? this.malformedInARow + 1 : 0;
    if (frame.kind === 'unknown') this.telemetry.unknownFrame();
    if (frame.kind === 'malformed') this.telemetry.malformedFrame(frame.className);
    this.listener.onFrame(frame);
    if (this.malformedInARow >= MAX_MALFORMED_IN_A_ROW) this.breakOff('garbage');
  }

  private ping(): void {
    if (this.isAwaitingPong) {
      this.breakOff('silent');
      return;
    }
    this.isAwaitingPong = true;
    this.socket.ping(undefined, undefined, () => undefined);
  }

  private breakOff(cause: 'silent' | 'garbage'): void {
    this.end({ cause, code: 1006 });
    this.socket.terminate();
  }

  private end(end: ConnectionEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.pings);
    this.telemetry.connectionEnded(end);
    this.listener.onEnded(end);
  }
}

/** The frame in a text; undefined for a text that is not JSON. */
function frameIn(text: string): ServerFrame | undefined {
  try {
    return parseFrame(text);
  } catch (error) {
    if (error instanceof MalformedFrameError) return undefined;
    throw error;
  }
}
