import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { isEventStream, type RawAnswer, send } from '../raw-http';
import type { GeneratedRequest } from './generated-request';

const CONNECTIONS = 16;
/**
 * From this size on the service may close the connection before it has read everything, which a usual client reports
 * as an error.
 */
const LARGE = 8_000;

/**
 * Sends requests over persistent connections, and those that a usual client would refuse or repair over a connection
 * of their own.
 */
export class WireClient implements AsyncDisposable {
  private readonly pool: Pool;

  constructor(private readonly url: string) {
    this.pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  }

  send(request: GeneratedRequest): Promise<RawAnswer> {
    const { method, target, headers, body, identity } = request;
    const all = { ...headers, ...identity.headers };
    return isUsual(request) ? this.sendUsual(request, all) : this.sendRaw(method, target, all, body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }

  private async sendUsual(
    { method, target: path, body }: GeneratedRequest,
    headers: Readonly<Record<string, string>>,
  ): Promise<RawAnswer> {
    const answer = await this.pool.request({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      body: isEventStream(answer.headers['content-type'])
        ? await headOf(answer.body)
        : await answer.body.text(),
    };
  }

  private async sendRaw(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array | undefined,
  ): Promise<RawAnswer> {
    const answer = await send(this.url, { method, path: path === '' ? '/' : path, headers, body });
    const isChunked = answer.headers['transfer-encoding'] === 'chunked';
    return isChunked ? { ...answer, body: joined(answer.body) } : answer;
  }
}

/** An event stream does not end, so the client reads only its beginning. */
async function headOf(body: Readable): Promise<string> {
  // Leaving the loop closes the connection.
  for await (const chunk of body) return String(chunk);
  return '';
}

function isUsual({ method, target, headers, body }: GeneratedRequest): boolean {
  const lines = Object.entries(headers);
  const size = lines.reduce((sum, [name, value]) => sum + name.length + value.length, target.length);
  const isRead = body === undefined || ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
  return (
    size + (body?.length ?? 0) < LARGE &&
    isRead &&
    /^[A-Z]+$/.test(method) &&
    /^\/[\x21-\x7e]*$/.test(target) &&
    lines.every(([name, value]) => isUsualHeader(name, value))
  );
}

/** Returns whether a client sends a header unchanged; it sets the headers of the connection itself. */
function isUsualHeader(name: string, value: string): boolean {
  return (
    /^[a-z-]+$/.test(name) &&
    !['content-length', 'expect', 'upgrade', 'te', 'trailer', 'host'].includes(name) &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
  );
}

/** Removes the chunk sizes of a body. It was read as UTF-8, and the sizes are bytes. */
function joined(chunked: string): string {
  const bytes = Buffer.from(chunked);
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = parseInt(bytes.toString('latin1', at, end), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(parts).toString('utf8');
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
