import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { type ApiRoute, routesOf } from '../support/api-routes';
import { aCaller, keysOf, limitedTo, type TestCaller } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

/** A limit so low that a slow machine regains no request meanwhile. */
const FEW = 3;

const usual = aCaller('usual');
const hasty = limitedTo(FEW, aCaller('hasty'));
const steady = limitedTo(FEW, aCaller('steady'));
const curious = limitedTo(FEW, aCaller('curious', ['sessions.read']));
const noisy = limitedTo(FEW, aCaller('noisy'));
const patient = limitedTo(60, aCaller('patient'));
const operator = aCaller('operator');

const logs = new LogCapture();
let world: World;
beforeAll(async () => {
  const environment = keysOf(usual, hasty, steady, curious, noisy, patient, operator);
  world = await World.start({ logOutput: logs, environment });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function apiOf({ headers }: TestCaller): ApiClient {
  return new ApiClient(world.url, headers);
}

/** Returns `r` and `t` of the answer; throws when it lacks the caller's quota. */
function standOf(
  { headers }: Answer,
  perMinute: number,
): { readonly left: number; readonly seconds: number } {
  expect(headers.get('ratelimit-policy')).toBe(`"caller";q=${perMinute};w=60`);
  const [, left, seconds] = /^"caller";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
  if (left === undefined) throw new Error(`There is no RateLimit: ${String(headers.get('ratelimit'))}`);
  return { left: Number(left), seconds: Number(seconds) };
}

async function refused(api: ApiClient): Promise<Answer> {
  for (let count = 0; count < 1_000; count += 1) {
    const answer = await api.list();
    if (answer.status === 429) return answer;
  }
  throw new Error('Nothing was refused');
}

describe('the quota of a caller', () => {
  it('is in the headers of every answer, refusals included', async () => {
    const api = apiOf(usual);
    const opened = await api.open();
    const id = String(opened.body['conversationId']);
    const known = { 'if-none-match': String(opened.headers.get('etag')) };
    const json = { 'content-type': 'application/json' };
    const get = `/v1/sessions/${id}`;
    const answers = [
      opened,
      await api.request('GET', get, undefined, known),
      await api.request('HEAD', get),
      await api.get('unknown'),
      await api.open({ durationLimit: -1 }),
      await api.request('POST', '/v1/sessions', 'x'.repeat(100_000), json),
      await api.request('POST', '/v1/sessions', 'text', { 'content-type': 'text/plain' }),
      await api.request('GET', '/metrics'),
      await api.request('GET', '/openapi.json'),
      await api.request('GET', '/docs'),
      await api.end(id),
    ];

    expect(answers.map(({ status }) => status)).toEqual([
      201, 304, 200, 404, 400, 413, 415, 200, 200, 200, 200,
    ]);
    for (const answer of answers)
      expect(standOf(answer, 6_000)).toEqual({ left: expect.any(Number), seconds: 1 });
  });

  it('counts a request that is refused for its scope like any other', async () => {
    const api = apiOf(curious);
    const stands = [await api.open(), await api.open(), await api.list()];

    expect(stands.map(({ status }) => status)).toEqual([403, 403, 200]);
    expect(stands.map((answer) => standOf(answer, FEW).left)).toEqual([2, 1, 0]);
  });

  it('is exceeded with a problem and Retry-After, and without an effect on other callers', async () => {
    const allowed = Array.from({ length: FEW }, () => apiOf(hasty).list());
    expect((await Promise.all(allowed)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const answer = await apiOf(hasty).open();
    const { left, seconds } = standOf(answer, FEW);

    expect([answer.status, left, answer.headers.get('retry-after')]).toEqual([429, 0, String(seconds)]);
    expect([seconds > 0, seconds <= 60 / FEW]).toEqual([true, true]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toEqual({
      type: '/problems/quota-exceeded',
      title: 'Too many requests',
      status: 429,
      detail: 'The caller may make 3 requests a minute.',
      instance: '/v1/sessions',
      code: 'quota-exceeded',
      requestId: answer.headers.get('x-request-id'),
    });
    expect((await apiOf(steady).list()).status).toBe(200);
    expect((await apiOf(usual).list()).status).toBe(200);
  });

  it('is available again after the Retry-After of the refusal', async () => {
    const api = apiOf(patient);
    const retryAfter = Number((await refused(api)).headers.get('retry-after'));
    const promisedAt = performance.now() + retryAfter * 1_000;
    expect(retryAfter).toBe(1);
    await until(() => performance.now() >= promisedAt);

    expect((await api.list()).status).toBe(200);
  });

  it('is not applied to public routes', async () => {
    await refused(apiOf(hasty));
    for (const path of ['/health/live', '/health/ready', '/problems/quota-exceeded', '/nowhere']) {
      const { status, headers } = await apiOf(hasty).request('GET', path);

      expect([path, status]).toEqual([path, path === '/nowhere' ? 404 : 200]);
      expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
    }
  });

  it('is not shown to unauthenticated clients', async () => {
    const { status, headers } = await new ApiClient(world.url).list();

    expect([status, headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([401, null, null]);
  });

  it('is counted when it is exceeded, and logged once', async () => {
    for (let count = 0; count < 2 * FEW; count += 1) await apiOf(noisy).list();
    const page = await apiOf(operator).request('GET', '/metrics');

    expect(page.body['text']).toMatch(/^guest_sessions_throttled_total\{policy="caller"\} [1-9]/m);
    const lines = logs.with('Request quota exceeded');
    expect(lines.filter(({ caller }) => caller === 'noisy')).toEqual([
      expect.objectContaining({ level: 'info', policy: 'caller', requestId: expect.any(String) }),
    ]);
  });
});

describe('the description of the API', () => {
  let routes: readonly ApiRoute[];
  beforeAll(async () => {
    routes = await routesOf(apiOf(operator));
  });

  const headersOf = ({ responses }: ApiRoute, status: string): string[] => {
    const { headers = {} } = responses[status] ?? {};
    return Object.keys(headers);
  };

  it('declares the refusal and the quota headers of every route with a scope', () => {
    for (const route of routes.filter(({ scope }) => scope !== undefined)) {
      expect(headersOf(route, '429')).toEqual(
        expect.arrayContaining(['Retry-After', 'RateLimit', 'RateLimit-Policy']),
      );
      for (const status of Object.keys(route.responses)) {
        const isKnown = !['401', '408', '431'].includes(status);
        expect([route.path, status, headersOf(route, status).includes('RateLimit')]).toEqual([
          route.path,
          status,
          isKnown,
        ]);
      }
    }
  });

  it('declares no quota on public routes', () => {
    const open = routes.filter(({ scope, path }) => scope === undefined && !path.startsWith('/v1/console/'));

    expect(open.length).toBeGreaterThan(0);
    expect(open.filter((route) => '429' in route.responses)).toEqual([]);
    expect(JSON.stringify(open)).not.toContain('RateLimit');
  });
});

describe('a service without authentication', () => {
  it('has no quotas', async () => {
    await using open = await World.start({
      logOutput: new LogCapture(),
      environment: { CALLER_REQUESTS_PER_MINUTE: '1' },
    });
    const api = new ApiClient(open.url);
    const answers = [await api.list(), await api.list(), await api.list()];

    expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit')])).toEqual([
      [200, null],
      [200, null],
      [200, null],
    ]);
  });
});
