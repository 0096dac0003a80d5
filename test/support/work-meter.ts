import { Pool } from 'undici';
import type { GeneratedRequest } from './generated/generated-request';
import { type RawAnswer, send } from './raw-http';

/** The cost of a request: CPU time of this process, regardless of other processes, and the bytes of the answer. */
export interface Cost {
  readonly cpuMs: number;
  readonly status: number;
  readonly bytes: number;
}

/**
 * Sends one request at a time to a service in this process and returns its cost, the client's part included. A
 * request with a body uses a persistent connection, a possibly malformed head a connection of its own.
 */
export class WorkMeter implements AsyncDisposable {
  private readonly pool: Pool;

  constructor(private readonly url: string) {
    this.pool = new Pool(url, { connections: 1 });
  }

  async costOf(request: GeneratedRequest): Promise<Cost> {
    const before = process.cpuUsage();
    const { status, body } = await this.answerTo(request);
    const { user, system } = process.cpuUsage(before);
    return { cpuMs: (user + system) / 1_000, status, bytes: Buffer.byteLength(body) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }

  private async answerTo(request: GeneratedRequest): Promise<Pick<RawAnswer, 'status' | 'body'>> {
    const { method, target: path, body, identity } = request;
    const headers = { ...request.headers, ...identity.headers };
    if (typeof body !== 'string' || method === 'GET') return send(this.url, { method, path, headers, body });
    const answer = await this.pool.request({ method, path, headers, body });
    return { status: answer.statusCode, body: await answer.body.text() };
  }
}
