import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An address without a working HTTP service. */
export class BrokenHost implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly server?: Server,
    /** The certificate of a TLS server, in PEM. */
    readonly certificate = '',
  ) {
    server?.on('connection', (socket: Socket) => this.sockets.add(socket.on('error', () => undefined)));
  }

  static unknownName(): Promise<BrokenHost> {
    return Promise.resolve(new BrokenHost('http://genesys.invalid'));
  }

  /** A port that was free a moment ago and refuses connections. */
  static async refusedPort(host = '127.0.0.1'): Promise<BrokenHost> {
    const server = createServer();
    const port = await portOf(server);
    const closed = once(server, 'close');
    server.close();
    await closed;
    return new BrokenHost(`http://${host}:${port}`);
  }

  /** A server that accepts connections and neither reads nor answers. */
  static blackHole(): Promise<BrokenHost> {
    return BrokenHost.behind(createServer({ pauseOnConnect: true }));
  }

  static hangingUp(): Promise<BrokenHost> {
    return BrokenHost.behind(createServer((socket) => socket.destroy()));
  }

  /** A server that sends the greeting of a mail server. */
  static anotherProtocol(scheme: 'http' | 'https'): Promise<BrokenHost> {
    const greeter = createServer((socket) => socket.resume().end('220 mail.example.com ESMTP\r\n'));
    return BrokenHost.behind(greeter, scheme);
  }

  /** A TLS server with a self-signed certificate for this address. */
  static async selfSigned(): Promise<BrokenHost> {
    const directory = await mkdtemp(join(tmpdir(), 'self-signed-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const wanted = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...wanted, ...names], { stdio: 'ignore' });
    const certificate = await readFile(cert, 'utf8');
    const server = createTlsServer({ key: await readFile(key), cert: certificate });
    await rm(directory, { recursive: true });
    return BrokenHost.behind(server, 'https', certificate);
  }

  private static async behind(
    server: Server,
    scheme: 'http' | 'https' = 'http',
    certificate?: string,
  ): Promise<BrokenHost> {
    return new BrokenHost(`${scheme}://127.0.0.1:${await portOf(server)}`, server, certificate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.server === undefined) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
