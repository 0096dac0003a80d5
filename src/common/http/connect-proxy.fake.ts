import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy on the loopback that knows CONNECT alone, leads every name to the loopback, and may ask for credentials. */
export class ConnectProxyFake implements AsyncDisposable {
  /** The targets that were asked for, as they were written. */
  readonly targets: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly credentials: string | undefined,
  ) {
    server.on('connection', (socket: Socket) => this.sockets.add(socket.on('error', () => undefined)));
    server.on('connect', ({ url = '', headers }, client: Socket) => {
      this.targets.push(url);
      const expected = `Basic ${Buffer.from(this.credentials ?? '').toString('base64')}`;
      if (this.credentials !== undefined && headers['proxy-authorization'] !== expected)
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      else this.lead(client, Number(url.split(':').pop()));
    });
  }

  static async start(credentials?: string): Promise<ConnectProxyFake> {
    const server = createServer((_, response) => response.writeHead(405).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ConnectProxyFake(server, credentials);
  }

  /** With the credentials that it asks for, or others. */
  url(credentials = this.credentials ?? ''): string {
    const [, username = '', password = ''] = (/^([^:]*):(.*)$/.exec(credentials) ?? []).map(
      encodeURIComponent,
    );
    const before = credentials === '' ? '' : `${username}:${password}@`;
    return `http://${before}127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private lead(client: Socket, port: number): void {
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    this.sockets.add(target.on('error', () => client.destroy()));
  }
}
