import { SECURITY_HEADERS } from '../../src/common/server/security-headers';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { type RawRequest, send, sendBytes } from '../support/raw-http';
import { expectProblem, opening } from '../support/refusals';
import { until } from '../support/until';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;

let world: World;
let api: ApiClient;
const logs = new LogCapture();

beforeAll(async () => {
  world = await World.start({ logOutput: logs, environment: { LOG_LEVEL: 'debug' } });
  api = new ApiClient(world.url);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the tag of a session', () => {
  const get = (id: string, ifNoneMatch?: string): ReturnType<typeof send> =>
    send(world.url, {
      path: `/v1/sessions/${id}`,
      headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
    });

  it('is in the answers of opening, reading and ending, and constant while the session does not change', async () => {
    const opened = await api.open();
    const id = String(opened.body['conversationId']);
    const shown = await get(id);
    const ended = await api.end(id);

    expect(opened.headers.get('etag')).toBe(shown.headers['etag']);
    expect(ended.headers.get('etag')).not.toBe(shown.headers['etag']);
    expect((await get(id)).headers['etag']).toBe(ended.headers.get('etag'));
  });

  it('allows an answer without a body', async () => {
    const id = await api.opened();
    const { headers } = await get(id);
    const { status, body, headers: again } = await get(id, `"other", ${String(headers['etag'])}`);

    expect([status, body]).toEqual([304, '']);
    expect(again).toMatchObject({ etag: headers['etag'], 'cache-control': 'private, no-cache' });
    expect(again).not.toHaveProperty('content-type');
    await api.end(id);
    expect(await get(id, headers['etag'])).toMatchObject({ status: 200 });
  });

  it('does not hide a missing session', async () => {
    expect(await get('unknown', '*')).toMatchObject({ status: 404 });
  });
});

describe('the security and cache headers', () => {
  const dataOnly = SECURITY_HEADERS['content-security-policy'];
  const named = (headers: Readonly<Record<string, string>>): Record<string, string | undefined> =>
    Object.fromEntries(Object.keys(SECURITY_HEADERS).map((name) => [name, headers[name]]));

  it.each<[number, RawRequest]>([
    [200, { path: '/v1/sessions' }],
    [201, opening('{"queueId":"q-1"}')],
    [200, { path: '/openapi.json' }],
    [200, { path: '/metrics' }],
    [400, opening('no json')],
    [404, { path: '/nowhere' }],
    [404, { path: '/v1/sessions/%zz' }],
    [404, { path: '/v1/sessions/unknown' }],
    [405, { method: 'PUT' }],
    [413, opening('x'.repeat(70_000))],
    [415, opening('{}', { 'content-type': 'text/plain' })],
    [431, { headers: { 'x-note': 'a'.repeat(20_000) } }],
  ])('are on every answer, such as %i to %j', async (status, request) => {
    const answer = await send(world.url, request);

    expect([answer.status, named(answer.headers)]).toEqual([status, SECURITY_HEADERS]);
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
  });

  it('are on the answer to invalid HTTP', async () => {
    const { status, headers } = await sendBytes(world.url, 'no HTTP\r\n\r\n');

    expect([status, named(headers)]).toEqual([400, SECURITY_HEADERS]);
  });

  it.each(['/health/live', '/docs', '/docs/swagger-ui-bundle.js'])('are on %s as well', async (path) => {
    const { status, headers } = await send(world.url, { path });
    const own = new Set(['content-security-policy', 'cache-control']);
    const others = Object.entries(SECURITY_HEADERS).filter(([name]) => !own.has(name));

    expect([status, headers]).toEqual([200, expect.objectContaining(Object.fromEntries(others))]);
  });

  it("allow the API's page to run its own scripts only", async () => {
    const page = await send(world.url, { path: '/docs' });
    const policy = page.headers['content-security-policy'] ?? '';
    const inline = [...page.body.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g)];
    const sources = [...page.body.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/g)];

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toBe(dataOnly);
    expect([inline, sources.filter(([, source = '']) => /^(https?:)?\/\//.test(source))]).toEqual([[], []]);
    expect(sources.length).toBeGreaterThan(2);
  });
});

describe('an unexpected body', () => {
  const path = '/v1/sessions/unknown';

  it.each<[number, string, RawRequest]>([
    [400, 'malformed-json', { ...opening('no json'), method: 'DELETE', path }],
    [400, 'validation-failed', { ...opening('{"__proto__":1}'), method: 'DELETE', path }],
    [413, 'payload-too-large', { ...opening('x'.repeat(70_000)), method: 'DELETE', path }],
    [
      415,
      'unsupported-media-type',
      { ...opening('a', { 'content-type': 'text/plain' }), method: 'DELETE', path },
    ],
    [400, 'malformed-json', { ...opening('no json'), path: '/v1/sinks/crm/pause' }],
  ])('is refused as the API description declares: %i %s', async (status, code, request) => {
    expectProblem(await send(world.url, request), status, code);
  });
});

describe('the trace', () => {
  const linesOf = (requestId: string): Readonly<Record<string, unknown>>[] =>
    logs.lines.filter((line) => line['requestId'] === requestId);
  const sentFor = (conversationId: string, method = 'POST'): string[] =>
    world.genesys.requests
      .find({ conversationId, method })
      .map(({ headers }) => String(headers['traceparent']));

  it('of the caller continues in the log and in upstream requests, with a span of the service', async () => {
    const opened = await api.open({}, { traceparent: TRACEPARENT, 'x-request-id': 'traced-1' });
    const [sent = ''] = sentFor(String(opened.body['conversationId']));

    expect(sent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`));
    expect(sent).not.toContain(PARENT_ID);
    expect(linesOf('traced-1').length).toBeGreaterThan(0);
    for (const line of linesOf('traced-1')) expect(line['traceId']).toBe(TRACE_ID);
  });

  it.each([
    ['missing', {}],
    ['broken', { traceparent: `00-${TRACE_ID}-${PARENT_ID}` }],
    ['all zeros', { traceparent: `00-${'0'.repeat(32)}-${PARENT_ID}-01` }],
  ])("starts at the service when the caller's is %s", async (name, headers) => {
    const requestId = `untraced-${name.replace(' ', '-')}`;
    const opened = await api.open({}, { ...headers, 'x-request-id': requestId });
    const [sent = ''] = sentFor(String(opened.body['conversationId']));
    const [, traceId = ''] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(sent) ?? [];

    expect(traceId).toMatch(/^(?!0{32})/);
    expect(traceId).not.toBe(TRACE_ID);
    expect(linesOf(requestId).map((line) => line['traceId'])).toEqual(linesOf(requestId).map(() => traceId));
  });

  it('of a refusal is on its log line too', async () => {
    await api.request('POST', '/v1/sessions', {}, { traceparent: TRACEPARENT, 'x-request-id': 'refused-1' });

    expect(linesOf('refused-1')).toEqual([expect.objectContaining({ traceId: TRACE_ID, status: 400 })]);
  });

  it('of a delivery is its own, in every attempt, and on its log line', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 500 }, times: 1 });
    const id = String((await api.open({}, { traceparent: TRACEPARENT })).body['conversationId']);
    const attempts = (): string[] =>
      world.crm.requests.find({ conversationId: id }).map(({ headers }) => String(headers['traceparent']));
    await until(() => attempts().length > 0);
    const [, traceId = ''] = attempts()[0]?.split('-') ?? [];

    expect(attempts()[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traceId).not.toBe(TRACE_ID);
    await until(() => logs.lines.some((line) => line['traceId'] === traceId));
    expect(logs.lines.find((line) => line['traceId'] === traceId)).not.toHaveProperty('requestId');
  });
});
