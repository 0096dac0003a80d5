import { WebSocket } from 'ws';

/** A frame to the client: an event, a heartbeat or an answer. */
export type ChannelFrame = Readonly<Record<string, unknown>>;

const BROKEN = 1006;

/** The message that the platform sends on the topic of a channel's own metadata. */
export function metadataFrame(message: string): ChannelFrame {
  return { topicName: 'channel.metadata', eventBody: { message } };
}

/** One socket of a notification channel, with a heartbeat until it closes. */
export class ChannelConnection {
  private isSilent = false;
  private readonly heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: WebSocket,
    heartbeatMs: number,
  ) {
    if (heartbeatMs > 0) {
      this.heartbeat = setInterval(() => {
        this.send(metadataFrame('WebSocket Heartbeat'));
      }, heartbeatMs);
    }
    socket.once('close', () => {
      clearInterval(this.heartbeat);
    });
  }

  /** Returns whether the frame was written: the socket is open and not silent. */
  send(frame: ChannelFrame): boolean {
    if (this.isSilent || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Sends nothing from now on, heartbeats included, and stays open. */
  silence(): void {
    this.isSilent = true;
  }

  /** Closes the socket, except with 1006, which breaks the connection. */
  close(code = 1000, reason = ''): void {
    clearInterval(this.heartbeat);
    if (code === BROKEN) this.socket.terminate();
    else this.socket.close(code, reason);
  }
}
