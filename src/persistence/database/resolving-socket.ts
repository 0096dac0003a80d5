import { Socket, type SocketConnectOpts } from 'node:net';
import type { Resolve } from '../../common/names/name-resolver';
import { connectOptions } from '../../common/names/socket-lookup';

/** The socket of a database connection, which resolves names like all other outgoing connections. */
export class ResolvingSocket extends Socket {
  constructor(
    private readonly resolve: Resolve,
    private readonly attemptMs: number,
  ) {
    super();
  }

  /** All that is written in one turn leaves in one packet: a transaction's begin with its first statement, for one. */
  override write(chunk: Uint8Array | string, ...options: unknown[]): boolean {
    if (this.writableCorked === 0) {
      this.cork();
      this.uncork();
    }
    return super.write(chunk, ...(options as []));
  }

  override uncork(): void {
    process.nextTick(() => {
      super.uncork();
    });
  }

  /** The client names a port and a host, or the path of a Unix socket. */
  override connect(
    target: SocketConnectOpts | number | string,
    host?: string | (() => void),
    connected?: () => void,
  ): this {
    if (typeof target !== 'number' || typeof host !== 'string') return super.connect(target as string);
    const options = { port: target, host, ...connectOptions(this.resolve, this.attemptMs) };
    return super.connect(options, connected);
  }
}
