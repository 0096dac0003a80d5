import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { decoded } from './content-coding';
import type { HttpAnswer, HttpRequest } from './http-client';
import { FakeHttpTarget } from './http-target.fake';
import { OutboundCodingError } from './outbound.errors';

let target: FakeHttpTarget;

beforeEach(async () => {
  target = await FakeHttpTarget.start();
});
afterEach(() => target.stop());

const request = (facts?: Partial<HttpRequest>): Promise<HttpAnswer> => target.request(facts);

describe(decoded.name, () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
  ])('says which content codings it takes, and decodes %s', async (coding, encode) => {
    target.answer = ({ headers }, response) => {
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
    target.answer = (_, response) => {
      response.writeHead(status, { 'content-encoding': coding }).end();
    };

    expect(await request()).toMatchObject({ status, body: '' });
  });

  it.each(['gzip', 'br'])('decodes no more of a bomb than it may read (%s)', async (coding) => {
    const bomb = (coding === 'br' ? brotliCompressSync : gzipSync)(Buffer.alloc(16 * 1024 * 1024));
    target.answer = (_, response) => {
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
    target.answer = (_, response) => {
      response
        .writeHead(200, { 'content-encoding': coding })
        .end(text === '' ? gzipSync('whole').subarray(0, 12) : text);
    };

    await expect(request()).rejects.toBeInstanceOf(OutboundCodingError);
  });
});
