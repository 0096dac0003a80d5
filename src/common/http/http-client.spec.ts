import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Test, type TestingModule } from '@nestjs/testing';
import { type HttpAnswer, HttpClient, type HttpRequest } from './http-client';
import { OutboundTooLargeError } from './outbound.errors';
import { OutboundHttpModule } from './outbound-http.module';

let server: Server;
let testing: TestingModule;
let url: string;
let answer: RequestListener;

beforeAll(async () => {
  server = createServer((request, response) => {
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(2)] }).compile();
});
afterAll(async () => {
  await testing.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function send(request: Partial<HttpRequest> = {}): Promise<HttpAnswer> {
  const client = testing.get(HttpClient, { strict: false });
  return client.send({ method: 'POST', url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000, ...request });
}

describe(HttpClient.name, () => {
  it('sends the headers that it is given, and none of axios', async () => {
    let headers: IncomingHttpHeaders = {};
    answer = (request, response) => {
      ({ headers } = request);
      response.end();
    };
    await send({ headers: { 'x-note': 'a' }, body: '{}' });
    expect(Object.keys(headers).sort()).toEqual([
      'accept-encoding',
      'connection',
      'content-length',
      'host',
      'x-note',
    ]);

    await send({ headers: { accept: 'text/plain', 'content-type': 'application/json' }, body: '{}' });
    expect(headers).toMatchObject({ accept: 'text/plain', 'content-type': 'application/json' });
  });

  it.each([200, 302, 404, 500])('resolves for status %i with headers and text', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: '/', 'x-note': 'b' }).end('{"a":1}');
    const { headers, ...rest } = await send();

    expect(rest).toEqual({ status, body: '{"a":1}' });
    expect(headers).toMatchObject({ 'x-note': 'b' });
  });

  it('fails on an answer that is longer than its limit', async () => {
    answer = (_, response) => response.end('a'.repeat(1_001));

    await expect(send()).rejects.toBeInstanceOf(OutboundTooLargeError);
  });

  it('fails when its signal aborts, and with the error of the check before the first byte', async () => {
    answer = () => undefined;
    const hangUp = new AbortController();
    const aborted = send({ signal: hangUp.signal });
    hangUp.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_CANCELED' });

    const beforeSend = (): void => {
      throw new Error('not now');
    };
    await expect(send({ beforeSend })).rejects.toThrow('not now');
  });
});
