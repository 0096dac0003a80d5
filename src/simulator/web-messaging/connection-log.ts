export interface LoggedFrame {
  readonly at: number;
  readonly frame: unknown;
}

/**
 * What happened on one connection, for a test to look at. It outlives the connection, and keeps the newest frames of
 * each direction.
 */
export class ConnectionLog {
  closedAt: number | null = null;
  /** As it went out, or came in if the client was first. */
  closeCode: number | null = null;
  configures = 0;
  pings = 0;
  /** When the newest echoes arrived, refused ones included, in epoch milliseconds. */
  readonly echoTimes: number[] = [];
  /** From the guest. */
  readonly received: LoggedFrame[] = [];
  /** To the guest. */
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
