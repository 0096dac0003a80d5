import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpAnswer, HttpClient, type HttpRequest } from './http-client';
import { OutboundPool } from './outbound-pool';
import { undiciHttpService } from './undici-http-service';

/** A server on the loopback interface that answers as told, and a client with a pool of its own for requests to it. */
export class FakeHttpTarget {
  answer: RequestListener = (_, response) => response.end();
  readonly server: Server = createServer((request, response) => {
    this.answer(request, response);
  });
  readonly pool: OutboundPool;
  readonly client: HttpClient;
  /** Remains when the server no longer listens. */
  url = '';

  private constructor(connections: number) {
    this.pool = new OutboundPool(connections);
    this.client = new HttpClient(undiciHttpService(this.pool));
  }

  static async start(connections = 1): Promise<FakeHttpTarget> {
    const target = new FakeHttpTarget(connections);
    await once(target.server.listen(0, '127.0.0.1'), 'listening');
    target.url = `http://127.0.0.1:${(target.server.address() as AddressInfo).port}/path`;
    return target;
  }

  request(facts: Partial<HttpRequest> = {}): Promise<HttpAnswer> {
    const defaults = { method: 'GET', url: this.url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000_000 };
    return this.client.send({ ...defaults, ...facts });
  }

  async stop(): Promise<void> {
    await this.pool.onApplicationShutdown();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
