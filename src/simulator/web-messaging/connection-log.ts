export interface LoggedFrame {
  readonly at: number;
  readonly frame: unknown;
}

/** The log of one connection for tests. It outlives the connection and keeps the newest frames of each direction. */
export class ConnectionLog {
  closedAt: number | null = null;
  /** The close code as the simulator sent it, or as it received it if the client closed first. */
  closeCode: number | null = null;
  configures = 0;
  pings = 0;
  /** Arrival times of the newest echoes, refused ones included, in epoch milliseconds. */
  readonly echoTimes: number[] = [];
  /** Frames from the guest. */
  readonly received: LoggedFrame[] = [];
  /** Frames to the guest. */
  readonly sent: LoggedFrame[] = [];

  constructor(
    readonly id: number,
    readonly openedAt: number,
    private readonly keptFrames: number,
  ) {}

  echo(at: number): void {
    keep(this.echoTimes, at, 100);
  }

  receive(frame: unknown, at: number): void {
    keep(this.received, { at, frame }, this.keptFrames);
  }

  send(frame: unknown, at: number): void {
    keep(this.sent, { at, frame }, this.keptFrames);
  }
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
