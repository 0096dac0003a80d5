import type { Server } from 'node:http';
import { World } from '../../src/world';
import { LogCapture } from '../support/log-capture';
import { send, sendBytes } from '../support/raw-http';
import { expectProblem, expectToOpenSession, expectUnchanged, opening } from '../support/refusals';

const BODY = '{"queueId":"q-1"}';
const CHUNKED_BODY = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

let world: World;
const logs = new LogCapture();
beforeAll(async () => {
  world = await World.start({ logOutput: logs, environment: { LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await expectToOpenSession(world.url);
  await world[Symbol.asyncDispose]();
});
afterEach(async () => {
  await expectUnchanged(world);
  expectNoAlarm();
});

/** Expects that bad input logs no line that needs an operator. */
function expectNoAlarm(): void {
  expect(logs.lines).toEqual([]);
}

const post = (...headers: string[]): string =>
  [
    'POST /v1/sessions HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    ...headers,
    '',
    '',
  ].join('\r\n');
const LENGTH = `content-length: ${BODY.length}`;
const CHUNKED = 'transfer-encoding: chunked';

describe('a request with ambiguous framing', () => {
  it.each<[string, string]>([
    ['a content length and a transfer encoding', post(LENGTH, CHUNKED) + CHUNKED_BODY],
    ['a transfer encoding and a content length', post(CHUNKED, LENGTH) + CHUNKED_BODY],
    ['a content length that is too small', post('content-length: 5') + BODY],
    ['two content lengths', post(LENGTH, 'content-length: 5') + BODY],
    ['the same content length twice', post(LENGTH, LENGTH) + BODY],
    ['a list of content lengths', post(`content-length: 5, ${BODY.length}`) + BODY],
    ['a signed content length', post(`content-length: +${BODY.length}`) + BODY],
    ['a negative content length', post('content-length: -1') + BODY],
    ['a hexadecimal content length', post('content-length: 0x11') + BODY],
    ['a content length beyond all numbers', post('content-length: 99999999999999999999') + BODY],
    [
      'a transfer encoding that does not end in chunked',
      post('transfer-encoding: chunked, identity') + CHUNKED_BODY,
    ],
    ['an unknown transfer encoding', post('transfer-encoding: xchunked') + CHUNKED_BODY],
    ['chunked twice', post(CHUNKED, CHUNKED) + CHUNKED_BODY],
    ['a chunk size that is none', `${post(CHUNKED)}zz\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk that is longer than it says', `${post(CHUNKED)}5\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk size beyond all numbers', `${post(CHUNKED)}fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk size with a sign', `${post(CHUNKED)}+11\r\n${BODY}\r\n0\r\n\r\n`],
    ['a bare line feed after a chunk size', `${post(CHUNKED)}11\n${BODY}\r\n0\r\n\r\n`],
    ['a bare line feed after a header', post(LENGTH, 'x-note: a').replace('a\r\n', 'a\n') + BODY],
    ['bare line feeds alone', post(LENGTH).replaceAll('\r\n', '\n') + BODY],
    [
      'a second request behind the end of its chunks',
      post(LENGTH, CHUNKED) + `0\r\n\r\n${post(LENGTH)}${BODY}`,
    ],
    ['a second request within its length', post('content-length: 0', LENGTH) + post(LENGTH) + BODY],
    ['a folded transfer encoding', post(LENGTH, 'x-note: a', ` ${CHUNKED}`) + CHUNKED_BODY],
    ['a transfer encoding behind a tab', post('transfer-encoding:\tchunked, identity') + CHUNKED_BODY],
    ['a space before the colon', post('content-length : 17') + BODY],
    ['a folded header', post(LENGTH, 'x-note: a', ' b') + BODY],
    ['a header without a name', post(LENGTH, ': a') + BODY],
    ['a header without a colon', post(LENGTH, 'x-note') + BODY],
    ['a NUL in a header', post(LENGTH, 'x-note: a\0b') + BODY],
    ['a control character in a header', post(LENGTH, 'x-note: a\x01b') + BODY],
    ['a bare carriage return in a header', post(LENGTH, 'x-note: a\rb') + BODY],
    ['a NUL in the name of a header', post(LENGTH, 'x\0note: a') + BODY],
    ['a letter beyond ASCII in the name of a header', post(LENGTH, 'x-n\xf6te: a') + BODY],
    ['a NUL in the path', 'GET /v1/sessions/\0 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['a space in the path', 'GET /v1/sessions/a b HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['no path', 'GET HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['an unknown method', 'FETCH /v1/sessions HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['an unknown version', 'GET /v1/sessions HTTP/9.9\r\nhost: localhost\r\n\r\n'],
    ['the words of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['the words of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no Host', 'GET /v1/sessions HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['two Hosts', 'GET /v1/sessions HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n'],
    ['the same Host twice', post(LENGTH, 'host: localhost') + BODY],
    ['two content types', post(LENGTH, 'content-type: text/plain') + BODY],
    ['two credentials', post(LENGTH, 'authorization: Bearer a', 'authorization: Bearer b') + BODY],
    [
      'two credentials in other letters',
      post(LENGTH, 'Authorization: Basic a', 'AUTHORIZATION: Bearer b') + BODY,
    ],
  ])('is refused, and the connection closed: %s', async (_, bytes) => {
    const answer = await sendBytes(world.url, bytes);

    expectProblem(answer, 400, 'bad-request');
    expect(answer.headers['connection']).toBe('close');
  });
});

describe('a chunk extension', () => {
  const extended = (extension: string): string =>
    `${post('connection: close', CHUNKED)}2;${extension}\r\n{}\r\n0\r\n\r\n`;

  it('is ignored when it is short, and refused when it is long', async () => {
    expectProblem(await sendBytes(world.url, extended('a=b')), 400, 'validation-failed');
    expectProblem(await sendBytes(world.url, extended('a'.repeat(20_000))), 400, 'bad-request');
  });
});

describe('an idempotency key on two lines', () => {
  it.each([
    ['a', 'b'],
    ['a', 'a'],
    ['"a', 'b"'],
    ['', 'a'],
  ])('is refused with the name of its header: %j and %j', async (one, other) => {
    const keys = [`idempotency-key: ${one}`, `idempotency-key: ${other}`, 'connection: close'];

    expectProblem(await sendBytes(world.url, post(LENGTH, ...keys) + BODY), 400, 'idempotency-key-invalid');
  });
});

describe('an unknown expectation', () => {
  it.each(['nonsense', '', '200-ok', '"100"'])('is ignored: %j', async (expectation) => {
    const { status, headers, body } = await send(world.url, { headers: { expect: expectation } });

    expect([status, JSON.parse(body)]).toEqual([200, { items: [], nextCursor: null }]);
    expect(headers['x-request-id']).toBeDefined();
  });
});

describe('an unknown method', () => {
  it('creates no time series of its own', async () => {
    for (const method of ['PROPFIND', 'MKCOL', 'REPORT'])
      expectProblem(await send(world.url, { method, path: '/nowhere' }), 404, 'not-found');
    const { body } = await send(world.url, { path: '/metrics' });

    expect(body).toContain('route="unmatched",method="_OTHER"');
    expect(body).not.toContain('PROPFIND');
  });
});

describe('headers that are too large', () => {
  it.each([
    ['one', { 'x-note': 'a'.repeat(20_000) }],
    ['many', Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`x-note-${i}`, 'a']))],
  ])('are refused: %s', async (_, headers) => {
    expectProblem(await send(world.url, { headers }), 431, 'headers-too-large');
  });

  it('are refused: a path of 20 kB', async () => {
    expectProblem(
      await send(world.url, { path: `/v1/sessions/${'a'.repeat(20_000)}` }),
      431,
      'headers-too-large',
    );
  });
});

describe('a slow client', () => {
  const server = (): Server => world.app.getHttpServer();

  it('has ten seconds for its headers and thirty for all of its request', () => {
    expect([server().headersTimeout, server().requestTimeout]).toEqual([10_000, 30_000]);
  });

  it.each([
    ['headers', post(LENGTH).slice(0, -10)],
    ['a body', post(LENGTH) + BODY.slice(0, 5)],
    ['a chunk', `${post(CHUNKED)}11\r\n${BODY.slice(0, 5)}`],
  ])('is refused when the time for %s has expired', async (_, bytes) => {
    const { headersTimeout, requestTimeout } = server();
    Object.assign(server(), { headersTimeout: 100, requestTimeout: 200 });
    try {
      expectProblem(await sendBytes(world.url, bytes), 408, 'request-timeout');
    } finally {
      Object.assign(server(), { headersTimeout, requestTimeout });
    }
  });
});

describe('the request id', () => {
  const idOf = async (headers: Record<string, string>): Promise<string | undefined> =>
    (await send(world.url, { headers })).headers['x-request-id'];
  const OURS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  it.each(['abc', '01JABC.2:3_4-5', 'a'.repeat(128)])('is kept when it is valid: %s', async (id) => {
    expect(await idOf({ 'x-request-id': id })).toBe(id);
  });

  it.each([
    '',
    'a'.repeat(129),
    'a b',
    'a,b',
    '<script>',
    'a"b',
    'a/b',
    '${jndi:ldap}',
    'caf\xe9',
    'a\r\nx-request-id: b',
  ])('is replaced when it is invalid: %j', async (id) => {
    expect(await idOf({ 'x-request-id': id })).toMatch(OURS);
  });

  it('is generated for each request without one', async () => {
    const ids = [await idOf({}), await idOf({})];

    expect(ids).toEqual([expect.stringMatching(OURS), expect.stringMatching(OURS)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each([
    [200, { path: '/v1/sessions' }],
    [200, { path: '/health/live' }],
    [200, { path: '/metrics' }],
    [200, { path: '/openapi.json' }],
    [400, opening('no json')],
    [404, { path: '/nowhere' }],
    [404, { path: '/v1/sessions/%zz' }],
    [404, { path: '/v1/sessions/unknown' }],
    [405, { method: 'PUT' }],
    [413, opening('x'.repeat(70_000))],
    [415, opening(BODY, { 'content-type': 'text/plain' })],
  ])('is on every answer, such as %i to %j', async (status, request) => {
    const headers = { ...('headers' in request ? request.headers : {}), 'x-request-id': 'caller-7' };
    const answer = await send(world.url, { ...request, headers });

    expect([answer.status, answer.headers['x-request-id']]).toEqual([status, 'caller-7']);
  });
});
