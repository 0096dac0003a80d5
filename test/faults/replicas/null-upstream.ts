import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TOKEN = JSON.stringify({ access_token: 'token', token_type: 'bearer', expires_in: 86_400 });

/** An upstream that accepts everything as fast as it can and stores little, for measuring the service. */
export class NullUpstream implements AsyncDisposable {
  /** Number of requests for conversations. */
  beats = 0;
  private watched = new Map<string, number | undefined>();

  private constructor(private readonly server: Server) {
    server.on('request', ({ url = '' }, response: ServerResponse) => {
      if (url.startsWith('/oauth/')) {
        response.setHeader('content-type', 'application/json').end(TOKEN);
        return;
      }
      this.note(url.slice(url.lastIndexOf('/') + 1));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }

  static async start(): Promise<NullUpstream> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new NullUpstream(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Records from now on the first beat of each of these conversations. */
  watch(conversationIds: readonly string[]): void {
    this.watched = new Map(conversationIds.map((id) => [id, undefined]));
  }

  /** Times of the first beats of the watched conversations, in epoch milliseconds. */
  get firstBeats(): number[] {
    return [...this.watched.values()].filter((at) => at !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private note(conversationId: string): void {
    this.beats += 1;
    if (this.watched.has(conversationId) && this.watched.get(conversationId) === undefined)
      this.watched.set(conversationId, Date.now());
  }
}
