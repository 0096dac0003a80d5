import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The way between a process and a service on this machine: a port of its own that leads to the port of the service,
 * and that can be spoiled as networks are.
 */
export class FaultyLink implements AsyncDisposable {
  private readonly air = new Air();
  private readonly passages = new Set<Passage>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (near: Socket) => {
      void this.lead(near);
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

  /** Everything takes so much longer, either way. */
  slow(latencyMs: number): void {
    this.air.latencyMs = latencyMs;
  }

  /** Nothing gets through and nobody is told. What was under way arrives when the link has healed, as TCP would repeat it. */
  blackHole(): void {
    this.air.block();
  }

  heal(): void {
    this.air.latencyMs = 0;
    this.air.clear();
  }

  /** Breaks every connection there is, and tells both ends. */
  reset(): void {
    for (const passage of this.passages) passage.reset();
  }

  /** Breaks every connection there is, and tells the service only: the process sends into the void from then on. */
  halfOpen(): void {
    for (const passage of this.passages) passage.sever();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.heal();
    this.reset();
    await closed;
  }

  private async lead(near: Socket): Promise<void> {
    near.on('error', () => undefined);
    await this.air.free();
    const far = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const passage = new Passage(near, far, this.air);
    this.passages.add(passage);
    void passage.over.then(() => this.passages.delete(passage));
    // Whoever came while the link was being closed.
    if (!this.server.listening) passage.reset();
  }
}

/** What is between the two ends, for all connections of a link. */
class Air {
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

  /** Resolves when something that is sent now arrives. */
  async free(): Promise<void> {
    if (this.latencyMs > 0) await delay(this.latencyMs);
    while (this.blocked !== undefined) await this.blocked.over;
  }
}

/** One connection through the link. */
class Passage {
  /** When neither end has it any more. */
  readonly over: Promise<unknown>;
  private isSevered = false;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    private readonly air: Air,
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

  sever(): void {
    this.isSevered = true;
    this.far.destroy();
  }

  /** Everything in its order, its end included. */
  private carry(from: Socket, to: Socket): void {
    let before = Promise.resolve();
    const next = (act: () => void): void => {
      before = before.then(async () => {
        await this.air.free();
        if (!this.isSevered && !to.destroyed) act();
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

/** A socket that has said goodbye cannot be reset any more: it would stay open for ever. */
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
