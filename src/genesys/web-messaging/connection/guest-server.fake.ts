import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

type OnUpgrade = (socket: Socket) => void;

/** A WebSocket server on the loopback, controlled by the test; by default it only listens. */
export class GuestServer {
  readonly requests: IncomingMessage[] = [];
  readonly sockets: WebSocket[] = [];
  readonly texts: string[] = [];
  private readonly upgrades: OnUpgrade[] = [];
  private readonly open = new Set<Socket>();

  private constructor(private readonly http: Server) {
    // The fake sends nothing by itself.
    const server = new WebSocketServer({ noServer: true });
    http.on('connection', (socket) => {
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
    http.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
      this.requests.push(request);
      const onUpgrade = this.upgrades.shift();
      if (onUpgrade !== undefined) {
        onUpgrade(socket);
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => {
        this.sockets.push(opened);
        opened.on('message', (data: Buffer) => this.texts.push(data.toString('utf8')));
        opened.on('error', () => undefined);
      });
    });
  }

  static async start(): Promise<GuestServer> {
    const http = createServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new GuestServer(http);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Handles the next upgrade instead of a WebSocket. */
  nextUpgrade(onUpgrade: OnUpgrade): void {
    this.upgrades.push(onUpgrade);
  }

  /** Refuses the next upgrade. */
  refuse(status: number, headers = ''): void {
    this.nextUpgrade((socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\n${headers}content-length: 0\r\nconnection: close\r\n\r\n`);
    });
  }

  /** Resolves once the condition holds; rejects when it does not within ten seconds. */
  async waitFor(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`Condition not met in time: ${String(condition)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.http.close();
    await once(this.http, 'close');
  }
}
