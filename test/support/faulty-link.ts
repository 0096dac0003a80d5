import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A link between a process and a service on this machine: a port that forwards to the service's port and that can
 * fail as networks do.
 */
export class FaultyLink implements AsyncDisposable {
  private readonly state = new LinkState();
  private readonly connections = new Set<LinkConnection>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (near: Socket) => {
      void this.accept(near);
    });
  }

  static async to(targetPort: number): Promise<FaultyLink> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyLink(server, targetPort);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Delays all data by this time, in both directions. */
  slow(latencyMs: number): void {
    this.state.latencyMs = latencyMs;
  }

  /**
   * Stops all traffic without closing a connection. Data in flight arrives once the link has healed, as after a TCP
   * retransmission.
   */
  blackHole(): void {
    this.state.block();
  }

  heal(): void {
    this.state.latencyMs = 0;
    this.state.clear();
  }

  /** Resets every connection at both ends. */
  reset(): void {
    for (const connection of this.connections) connection.reset();
  }

  /** Resets every connection at the service's end only: the process sends into the void from then on. */
  halfOpen(): void {
    for (const connection of this.connections) connection.halfOpen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.heal();
    this.reset();
    await closed;
  }

  private async accept(near: Socket): Promise<void> {
    near.on('error', () => undefined);
    await this.state.free();
    const far = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const connection = new LinkConnection(near, far, this.state);
    this.connections.add(connection);
    void connection.over.then(() => this.connections.delete(connection));
    // Connections that were accepted while the link was being closed.
    if (!this.server.listening) connection.reset();
  }
}

/** The state of the link, for all of its connections. */
class LinkState {
  latencyMs = 0;
  private blocked: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  block(): void {
    if (this.blocked !== undefined) return;
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    this.blocked = { over, end };
  }

  clear(): void {
    this.blocked?.end();
    this.blocked = undefined;
  }

  /** Resolves when data that is sent now arrives. */
  async free(): Promise<void> {
    if (this.latencyMs > 0) await delay(this.latencyMs);
    while (this.blocked !== undefined) await this.blocked.over;
  }
}

/** One connection through the link. */
class LinkConnection {
  /** Resolves when both ends have closed it. */
  readonly over: Promise<unknown>;
  private isHalfOpen = false;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    private readonly state: LinkState,
  ) {
    this.over = Promise.all([closed(near), closed(far)]);
    this.carry(near, far);
    this.carry(far, near);
    near.resume();
  }

  reset(): void {
    cut(this.near);
    cut(this.far);
  }

  halfOpen(): void {
    this.isHalfOpen = true;
    this.far.destroy();
  }

  /** Data and the end of the connection keep their order. */
  private carry(from: Socket, to: Socket): void {
    let before = Promise.resolve();
    const next = (act: () => void): void => {
      before = before.then(async () => {
        await this.state.free();
        if (!this.isHalfOpen && !to.destroyed) act();
      });
    };
    from.on('data', (chunk) => {
      next(() => to.write(chunk));
    });
    from.on('end', () => {
      next(() => to.end());
    });
    from.on('error', () => {
      next(() => {
        cut(to);
      });
    });
  }
}

/** A socket that was half-closed cannot be reset any more: it would stay open forever. */
function cut(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else
      socket.once('close', () => {
        resolve();
      });
  });
}
