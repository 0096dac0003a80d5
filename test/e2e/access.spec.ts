import { type ScopeName, SCOPES } from '../../src/common/access/scope';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import { type ApiRoute, routesOf } from '../support/api-routes';
import { aCaller, allBut, bearer, keysOf, type TestCaller } from '../support/callers';
import { LogCapture } from '../support/log-capture';

const admin = aCaller('admin');
const expired = aCaller('expired', SCOPES, new Date(Date.now() - 1_000));
const revoked = aCaller('admin');
const withOnly = new Map(SCOPES.map((scope) => [scope, aCaller(`only-${scope.replace('.', '-')}`, [scope])]));
const without = new Map(SCOPES.map((scope) => [scope, aCaller('without', allBut(scope))]));

const basic = Buffer.from(`admin:${admin.key}`).toString('base64');
const altered = admin.key.slice(0, -2) + (admin.key.endsWith('AA') ? 'BB' : 'AA');
const hash = admin.entry.sha256;

/** Invalid or missing credentials. */
const REFUSED: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ['nothing', {}],
  ['an empty header', { authorization: '' }],
  ['another scheme', { authorization: `Basic ${basic}` }],
  ['no scheme', { authorization: admin.key }],
  ['a scheme alone', { authorization: 'Bearer' }],
  ['two credentials', { authorization: `Bearer ${admin.key} ${admin.key}` }],
  ['two credentials in a list', { authorization: `Bearer ${admin.key}, Bearer ${admin.key}` }],
  ['another header', { 'x-api-key': admin.key, cookie: `authorization=${admin.key}` }],
  ['an expired key', expired.headers],
  ['a revoked key of a known caller', revoked.headers],
  ['a key with other last letters', bearer(altered)],
  ['the key of an unknown caller', aCaller('unknown').headers],
  ['the hash of a key', bearer(hash)],
  ['the hash of a key in the place of a key', bearer(`ggs_admin_${hash.slice(0, 43)}`)],
  ['an object of its language', bearer('__proto__')],
  ['a name that every object has', bearer(`ggs_constructor_${'A'.repeat(43)}`)],
  ['eight thousand letters', bearer('A'.repeat(8_000))],
  ['more letters than are looked at', bearer('A'.repeat(12_000))],
  ['letters beyond ASCII', { authorization: `Bearer ggs_admi\u00ff_${'\u00e9'.repeat(43)}` }],
  ['a token without an issuer', bearer('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.')],
];

describe('the routes of the API', () => {
  let world: World;
  let routes: readonly ApiRoute[];
  const logs = new LogCapture();

  beforeAll(async () => {
    const callers = [admin, expired, ...withOnly.values(), ...without.values()];
    world = await World.start({
      logOutput: logs,
      environment: { ...keysOf(...callers), LOG_LEVEL: 'debug' },
    });
    routes = await routesOf(new ApiClient(world.url, admin.headers));
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  function call({ method, path }: ApiRoute, headers: Readonly<Record<string, string>>): Promise<Answer> {
    return new ApiClient(world.url, headers).request(method, path);
  }

  const guarded = (): ApiRoute[] => routes.filter(({ scope }) => scope !== undefined);

  function callerOf(callers: ReadonlyMap<ScopeName, TestCaller>, { scope }: ApiRoute): TestCaller {
    const caller = scope === undefined ? undefined : callers.get(scope);
    if (caller === undefined) throw new Error('The route needs no scope');
    return caller;
  }

  it('all need a scope except the probes, the explanations of problems, webhooks and logins', () => {
    expect(routes.length).toBeGreaterThan(14);
    expect(routes.filter(({ scope }) => scope === undefined).map(({ path }) => path)).toEqual([
      '/health/live',
      '/health/ready',
      '/problems/some-id',
      // By a session cookie, or with a credential in the body.
      ...Array.from({ length: 3 }, () => '/v1/console/session'),
      // With a secret or a signature of the platform instead.
      '/v1/genesys/open-messaging/some-id',
      '/v1/genesys/events',
    ]);
  });

  it.each(REFUSED)('refuse a request with %s without the reason', async (_, headers) => {
    for (const route of guarded()) {
      const { status, headers: answered, body } = await call(route, headers);

      expect([route, status, answered.get('www-authenticate')]).toEqual([route, 401, 'Bearer']);
      expect(body).toEqual({
        type: '/problems/unauthenticated',
        title: 'The caller is not known',
        status: 401,
        detail: 'The request needs a valid credential, as a bearer token in the Authorization header.',
        instance: route.path,
        code: 'unauthenticated',
        requestId: expect.any(String),
      });
    }
  });

  it('refuse a caller with every scope but theirs, and name it', async () => {
    for (const route of guarded()) {
      const { status, body } = await call(route, callerOf(without, route).headers);

      expect([route, status]).toEqual([route, 403]);
      expect(body).toMatchObject({ code: 'insufficient-scope', scope: route.scope });
    }
  });

  it('accept a caller with only their scope', async () => {
    for (const route of guarded()) {
      const { status, body } = await call(route, callerOf(withOnly, route).headers);

      expect([route, [401, 403, 500].includes(status)]).toEqual([route, false]);
      expect(body['code']).not.toBe('auth-unavailable');
    }
  });

  it('apply the same rule to HEAD as to GET', async () => {
    for (const route of guarded().filter(({ method }) => method === 'GET')) {
      const head = { ...route, method: 'HEAD' };
      const whole = await call(route, callerOf(withOnly, route).headers);

      expect((await call(head, {})).status).toBe(401);
      expect((await call(head, callerOf(without, route).headers)).status).toBe(403);
      expect([route, (await call(head, callerOf(withOnly, route).headers)).status]).toEqual([
        route,
        whole.status,
      ]);
    }
  });

  it('declare their scope and their refusals in the API description', () => {
    for (const { scope, security, responses, description } of guarded()) {
      expect(security).toEqual([{ bearer: [] }]);
      expect(description).toContain(`Needs the scope \`${String(scope)}\`.`);
      expect(responses['401']?.description).toBe('unauthenticated');
      expect(responses['403']?.description).toMatch(/\binsufficient-scope$/);
      expect(responses['429']?.description).toMatch(/\bquota-exceeded$/);
      expect(responses['503']?.description).toMatch(/\bauth-unavailable$/);
    }
  });

  it('refuse before they read a body', async () => {
    const api = new ApiClient(world.url);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${world.url}/v1/sessions`, { method: 'POST', headers, body: '{"no json' });

    expect(response.status).toBe(401);
    expect((await api.request('POST', '/v1/sessions', 'x'.repeat(100_000))).status).toBe(401);
  });

  it('count every refusal by its reason, and log it without the credential', async () => {
    const [route] = guarded();
    if (route === undefined) throw new Error('The API has no route that needs a scope');
    for (const [, headers] of REFUSED) await call(route, headers);
    await call(route, callerOf(without, route).headers);

    const page = await new ApiClient(world.url, admin.headers).request('GET', '/metrics');
    const reasons = [...String(page.body['text']).matchAll(/auth_failures_total\{reason="([^"]+)"\} [1-9]/g)];
    expect(reasons.map(([, reason]) => reason).sort()).toEqual([
      'expired',
      'insufficient-scope',
      'malformed',
      'missing',
      'scheme',
      'unknown-key',
    ]);

    expect(logs.with('Caller lacks a scope')[0]).toMatchObject({ level: 'info', caller: 'without' });
    const told = logs.with('Caller refused');
    expect(told.length).toBeLessThan(100);
    const counts = told.map(({ count }) => Number(count));
    expect(counts.every((count) => count >= 1)).toBe(true);
    expect(told.filter((line) => 'requestId' in line && line['count'] !== 1)).toEqual([]);
    const callers = [admin, expired, revoked, ...withOnly.values(), ...without.values()];
    const canaries = callers.flatMap(({ key, entry }) => [key.slice(-43), entry.sha256]);
    expect([...canaries, basic, altered].filter((canary) => logs.raw.includes(canary))).toEqual([]);
  });

  it('write little of requests without a credential, and lose none when the service stops', async () => {
    const countsOf = async (): Promise<number[]> => {
      const api = new ApiClient(world.url, admin.headers);
      const query = new URLSearchParams({
        action: 'REQUEST_REFUSED',
        target: 'GET /v1/limits',
        limit: '100',
      });
      const { body } = await api.request('GET', `/v1/audit?${query.toString()}`);
      const items = body['items'] as { reason: string; detail: { suppressed?: number } }[];
      return items
        .filter(({ reason }) => reason === 'missing')
        .map(({ detail }) => (detail.suppressed ?? 0) + 1);
    };
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    // The restart records all earlier refusals.
    await world.restart();
    const before = await countsOf();
    const stranger = new ApiClient(world.url);
    for (let count = 0; count < 200; count += 1) await stranger.request('GET', '/v1/limits');
    await world.restart();
    const records = await countsOf();

    expect(records.length - before.length).toBeLessThan(12);
    expect(sum(records) - sum(before)).toBe(200);
  });
});
