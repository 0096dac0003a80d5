import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { decoded } from './content-coding';
import { type HttpAnswer, HttpClient, type HttpRequest } from './http-client';
import { OutboundCodingError } from './outbound.errors';
import { OutboundPool } from './outbound-pool';
import { undiciHttpService } from './undici-http-service';

let server: Server;
let pool: OutboundPool;
let answer: RequestListener;
let client: HttpClient;
let url: string;

beforeEach(async () => {
  server = createServer((incoming, response) => {
    answer(incoming, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
  pool = new OutboundPool(1);
  client = new HttpClient(undiciHttpService(pool));
});
afterEach(async () => {
  await pool.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const request = (facts: Partial<HttpRequest> = {}): Promise<HttpAnswer> =>
  client.send({ method: 'GET', url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000_000, ...facts });

describe(decoded.name, () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
  ])('says which content codings it takes, and decodes %s', async (coding, encode) => {
    answer = ({ headers }, response) => {
      const text = `\uFEFF{"accepted":"${headers['accept-encoding'] ?? ''}","größe":1}`;
      response.writeHead(200, { 'content-encoding': coding }).end(encode(Buffer.from(text)));
    };
    const { body, headers } = await request({ maxBytes: 100 });

    expect(JSON.parse(body)).toEqual({ accepted: 'gzip, deflate, br', größe: 1 });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['gzip', 200],
    ['gzip', 204],
    ['deflate', 200],
    ['br', 200],
    ['br', 202],
  ])('takes a body without a byte for an empty one (%s, %i)', async (coding, status) => {
    answer = (_, response) => {
      response.writeHead(status, { 'content-encoding': coding }).end();
    };

    expect(await request()).toMatchObject({ status, body: '' });
  });

  it.each(['gzip', 'br'])('decodes no more of a bomb than it may read (%s)', async (coding) => {
    const bomb = (coding === 'br' ? brotliCompressSync : gzipSync)(Buffer.alloc(16 * 1024 * 1024));
    answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(bomb);
    };

    await expect(request({ maxBytes: 1_000 })).rejects.toMatchObject({
      maxBytes: 1_000,
      status: 200,
    });
  });

  it.each([
    ['gzip', 'no gzip'],
    ['br', 'no brotli'],
    ['gzip', ''],
    ['zstd', 'unknown'],
    ['gzip, gzip', 'nested'],
  ])('rejects with what it is when a body is not of its coding: %s, %p', async (coding, text) => {
    answer = (_, response) => {
      response
        .writeHead(200, { 'content-encoding': coding })
        .end(text === '' ? gzipSync('whole').subarray(0, 12) : text);
    };

    await expect(request()).rejects.toBeInstanceOf(OutboundCodingError);
  });
});
