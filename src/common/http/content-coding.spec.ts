import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { decoded } from './content-coding';
import { OutboundCodingError } from './outbound.errors';
import { OutboundPool } from './outbound-pool';
import { undiciAdapter } from './undici-adapter';

let server: Server;
let pool: OutboundPool;
let answer: RequestListener;
let client: AxiosInstance;

beforeEach(async () => {
  server = createServer((incoming, response) => {
    answer(incoming, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = new OutboundPool(1);
  client = axios.create({
    adapter: undiciAdapter(pool),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`,
    timeout: 5_000,
    validateStatus: () => true,
    transformResponse: [(data: unknown) => data],
  });
});
afterEach(async () => {
  await pool.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const request = (config: Parameters<AxiosInstance['request']>[0] = {}): Promise<AxiosResponse<string>> =>
  client.request<string>({ url: client.defaults.url ?? '', ...config });

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
    const { data, headers } = await request({ maxContentLength: 100 });

    expect(JSON.parse(data)).toEqual({ accepted: 'gzip, deflate, br', größe: 1 });
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

    expect(await request()).toMatchObject({ status, data: '' });
  });

  it.each(['gzip', 'br'])('decodes no more of a bomb than it may read (%s)', async (coding) => {
    const bomb = (coding === 'br' ? brotliCompressSync : gzipSync)(Buffer.alloc(16 * 1024 * 1024));
    answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(bomb);
    };

    await expect(request({ maxContentLength: 1_000 })).rejects.toMatchObject({
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
