import type { LeaseFence } from '../../../session/ports/lease-fence';
import type { RawData, WebSocket } from 'ws';
import type { ClientFrame } from '../frames/client-frame';
import { MalformedFrameError } from '../frames/malformed-frame.error';
import { parseFrame } from '../frames/parse-frame';
import type { ServerFrame } from '../frames/server-frame';
import type { GuestConnection, ConnectionEnd, ConnectionListener } from './guest-connection';

const PING_INTERVAL_MS = 15_000;
/** How long the other side may take to say goodbye. */
const FAREWELL_MS = 2_000;
/** One odd frame is worth no line; a server that sends nothing else is not ours. */
const MAX_MALFORMED_IN_A_ROW = 3;

/**
 * A line over a WebSocket that is open. It pings every 15 seconds and ends as `silent` when a ping was not answered
 * before the next one, and as `garbage` on a frame that is binary, oversized, not UTF-8 or no JSON, and on the third
 * malformed one in a row.
 */
export class WsConnection implements GuestConnection {
  private readonly pings: NodeJS.Timeout;
  private farewell: NodeJS.Timeout | undefined;
  private isAwaitingPong = false;
  private isOver = false;
  private malformedInARow = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: ConnectionListener,
    private readonly leaseFence: LeaseFence,
  ) {
    socket.on('message', (data, isBinary) => {
      this.receive(data, isBinary);
    });
    socket.on('pong', () => {
      this.isAwaitingPong = false;
    });
    // The socket finds fault with a frame: too large, not UTF-8, not of the protocol.
    socket.on('error', () => {
      this.breakOff('garbage');
    });
    socket.on('close', (code) => {
      clearTimeout(this.farewell);
      this.end({ cause: 'closed', code });
    });
    this.pings = setInterval(() => {
      this.ping();
    }, PING_INTERVAL_MS);
  }

  send(frame: ClientFrame): void {
    // Somebody else may hold the session: nothing of ours may reach it any more.
    if (!this.leaseFence.isValid) this.hangUp();
    // Without a callback an error would be thrown; the end of the line tells it all the same.
    if (!this.isOver) this.socket.send(JSON.stringify(frame), () => undefined);
  }

  hangUp(): void {
    if (this.isOver) return;
    this.end({ cause: 'ours', code: 1000 });
    this.socket.close(1000);
    this.farewell = setTimeout(() => {
      this.socket.terminate();
    }, FAREWELL_MS);
  }

  giveUp(): void {
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

  private end(ending: ConnectionEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.pings);
    this.listener.onEnded(ending);
  }
}

/** Undefined for what is no JSON. */
function frameIn(text: string): ServerFrame | undefined {
  try {
    return parseFrame(text);
  } catch (error) {
    if (error instanceof MalformedFrameError) return undefined;
    throw error;
  }
}
