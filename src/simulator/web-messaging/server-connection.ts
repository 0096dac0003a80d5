import { WebSocket } from 'ws';
import { RateWindow } from '../genesys/rate-window';
import { TimerSet } from '../server/timer-set';
import { ConnectionLog } from './connection-log';
import { FramePlayer } from './frame-player';
import { ServerFrame } from './server-frame';
import { SocketFaultRegistry, SocketFaultSubject } from './socket-fault-registry';
import { WebMessagingSettings } from './web-messaging-options';

/** The guest of the connection, once it has been configured. */
interface ConnectedGuest {
  readonly token: string;
  readonly conversationId: string | undefined;
}

export interface ConnectionPlace {
  readonly deploymentId: string;
  /** Address by which the guest reached the simulator, for links to it. */
  readonly baseUrl: string;
}

export interface ConnectionTools {
  readonly faults: SocketFaultRegistry;
  readonly timers: TimerSet;
  readonly settings: WebMessagingSettings;
}

const BROKEN = 1006;

/** One socket of a guest. The frames that it sends pass the faults; its log has them, and its close code. */
export class ServerConnection {
  guest: ConnectedGuest | undefined;
  readonly requests: RateWindow;
  readonly echoes: RateWindow;
  /** Answers nothing from now on, pings included. */
  isSilent = false;
  /** Suppresses answers while one request is executed. */
  isMuted = false;
  private readonly player: FramePlayer;

  constructor(
    private readonly socket: WebSocket,
    readonly place: ConnectionPlace,
    readonly log: ConnectionLog,
    { faults, timers, settings }: ConnectionTools,
  ) {
    this.requests = new RateWindow(settings.limits.minuteMs);
    this.echoes = new RateWindow(settings.limits.minuteMs);
    this.player = new FramePlayer(faults, timers, (data, frame) => {
      if (this.write(data)) log.send(frame, settings.now());
    });
  }

  /** The guest that a fault has to match. */
  get subject(): Pick<SocketFaultSubject, 'token' | 'conversationId' | 'deploymentId'> {
    const { token, conversationId } = this.guest ?? { token: undefined, conversationId: undefined };
    return { token, conversationId, deploymentId: this.place.deploymentId };
  }

  send(frame: ServerFrame): void {
    if (!this.isSilent && !this.isMuted) this.player.play(frame, this.subject);
  }

  /**
   * Sends data unchanged, bypassing faults and log; its type decides between text and binary by default. Returns
   * whether the socket was open.
   */
  write(data: string | Buffer, { isText = typeof data === 'string' } = {}): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(data, { binary: !isText });
    return true;
  }

  answerPing(data: Buffer): void {
    this.log.pings += 1;
    if (!this.isSilent && this.socket.readyState === WebSocket.OPEN) this.socket.pong(data);
  }

  /** Closes the socket after the frames in flight, except with 1006, which breaks the connection. */
  close(code = 1000, reason = ''): void {
    this.log.closeCode ??= code;
    if (code === BROKEN) this.socket.terminate();
    else this.socket.close(code, reason);
  }
}
