import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

/** A real HTTP server on the loopback that records its requests and sends the scripted responses; 204 by default. */
export class HttpReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  private readonly answers: Answer[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        this.received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
        const answer = this.answers.shift() ?? ((usual: ServerResponse) => usual.writeHead(204).end());
        answer(response);
      });
    });
  }

  static async start(): Promise<HttpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HttpReceiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  next(...answers: readonly Answer[]): void {
    this.answers.push(...answers);
  }

  /** Sets statuses and bodies of the next responses. */
  nextStatus(status: number, body = '', headers: Record<string, string> = {}): void {
    this.next((response) => response.writeHead(status, headers).end(body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
