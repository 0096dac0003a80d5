import { World } from '../../src/world';
import { send } from '../support/raw-http';
import {
  expectProblem,
  expectToOpenSession,
  expectUnchanged,
  type Footprint,
  footprint,
  opening,
} from '../support/refusals';

let world: World;
let conversationId: string;
let before: Footprint;

beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
  const { body } = await send(world.url, opening('{"queueId":"q-1"}'));
  ({ conversationId } = JSON.parse(body) as { conversationId: string });
  before = await footprint(world);
});
afterAll(async () => {
  await expectToOpenSession(world.url);
  await world[Symbol.asyncDispose]();
});
afterEach(async () => {
  await expectUnchanged(world, before);
  await expectToBeActive();
});

async function expectToBeActive(): Promise<void> {
  expect(await stateOf(conversationId)).toBe('active');
}

async function stateOf(id: string): Promise<unknown> {
  const { body } = await send(world.url, { path: `/v1/sessions/${id}` });
  return (JSON.parse(body) as { state: unknown }).state;
}

describe('an id that names no session', () => {
  const UNKNOWN = '00000000-0000-4000-8000-000000000000';

  it.each<[string, string]>([
    ['that is unknown', UNKNOWN],
    ['in upper case', UNKNOWN.toUpperCase().replaceAll('0', 'A')],
    ['in braces', `%7B${UNKNOWN}%7D`],
    ['that leads upwards', '..%2f..%2fetc%2fpasswd'],
    ['that leads upwards with backslashes', '..%5c..%5cetc'],
    ['of 10 kB', 'a'.repeat(10_000)],
    ['of NUL', '%00'],
    ['that ends in NUL', `${UNKNOWN}%00`],
    ['of spaces', '%20%20'],
    ['that ends in a line break', `${UNKNOWN}%0d%0a`],
    ['of SQL', "'%20OR%201=1--"],
    ['of a property that every object has', '__proto__'],
    ['that asks for all', '*'],
  ])('is not found: one %s', async (_, id) => {
    for (const method of ['GET', 'DELETE']) {
      const path = `/v1/sessions/${id}`;
      const problem = expectProblem(await send(world.url, { method, path }), 404, 'session-not-found');
      expect(problem.instance).toBe(path);
    }
  });

  it.each(['%zz', '%', '%ff', '%c0%af', '%ed%a0%80'])(
    'is not found when it cannot be decoded: %s',
    async (id) => {
      for (const method of ['GET', 'DELETE']) {
        expectProblem(await send(world.url, { method, path: `/v1/sessions/${id}` }), 404, 'not-found');
      }
    },
  );

  it('is not found in another spelling of a session that exists', async () => {
    const path = `/v1/sessions/${conversationId.toUpperCase()}A`;
    expectProblem(await send(world.url, { method: 'DELETE', path }), 404, 'session-not-found');
  });
});

describe('a path without a resource', () => {
  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v2/sessions',
    '/sessions',
    '/v1/sessions/',
    '/V1/Sessions',
    '//v1/sessions',
    '/v1//sessions',
    '/v1/sessions/a/b',
    '/v1/sessions%2f',
    '/v1/%73essionz',
    '/v1/sessions;a=b',
    '/v1/sessions%00',
    '/../v1/sessions',
    '/.env',
    '/__proto__',
  ])('is not found: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'TRACE', 'OPTIONS']) {
      const problem = expectProblem(await send(world.url, { method, path }), 404, 'not-found');
      expect(problem.instance).toBe(path);
    }
  });
});

describe('a method that a resource does not have', () => {
  it.each([
    ['PUT', '/v1/sessions', 'GET, HEAD, POST'],
    ['PATCH', '/v1/sessions', 'GET, HEAD, POST'],
    ['DELETE', '/v1/sessions', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/sessions', 'GET, HEAD, POST'],
    ['TRACE', '/v1/sessions', 'GET, HEAD, POST'],
    ['PROPFIND', '/v1/sessions', 'GET, HEAD, POST'],
    ['DELETE', '/v1/sessions?limit=abc', 'GET, HEAD, POST'],
    ['POST', '/v1/sessions/x', 'DELETE, GET, HEAD'],
    ['PUT', '/v1/sessions/x', 'DELETE, GET, HEAD'],
    ['TRACE', '/v1/sessions/x', 'DELETE, GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
    ['POST', '/v1/metrics', 'GET, HEAD'],
  ])('is refused: %s %s', async (method, path, allow) => {
    const answer = await send(world.url, { method, path, headers: { 'x-canary': 'canary-1234' } });

    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers['allow']).toBe(allow);
    expect(answer.body).not.toContain('canary');
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'is not available through %s',
    async (header) => {
      const path = `/v1/sessions/${conversationId}?_method=DELETE`;
      const headers = { [header]: 'DELETE' };

      expectProblem(await send(world.url, { method: 'POST', path, headers }), 405, 'method-not-allowed');
      expect((await send(world.url, { path, headers })).status).toBe(200);
      await expectToBeActive();
    },
  );
});

describe('a list', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const ID = '00000000-0000-4000-8000-000000000000';

  it.each([
    ['limit=0', '#/limit out-of-range'],
    ['limit=-1', '#/limit type'],
    ['limit=201', '#/limit out-of-range'],
    ['limit=1000000000', '#/limit type'],
    ['limit=999999999', '#/limit out-of-range'],
    ['limit=1e2', '#/limit type'],
    ['limit=abc', '#/limit type'],
    ['limit=1.5', '#/limit type'],
    ['limit=0x10', '#/limit type'],
    ['limit=', '#/limit type'],
    ['limit', '#/limit type'],
    ['limit=null', '#/limit type'],
    ['limit=%zz', '#/limit type'],
    ['limit=%00', '#/limit type'],
    ['limit=1&limit=2', '#/limit type'],
    ['limit[]=1', '#/limit[] unknown-field'],
    ['state=gone', '#/state out-of-range'],
    ['state=', '#/state out-of-range'],
    ['state=ACTIVE', '#/state out-of-range'],
    ['state=active&state=failed', '#/state out-of-range'],
    ['state=active%00', '#/state out-of-range'],
    ['state=constructor', '#/state out-of-range'],
    ['sort=name', '#/sort unknown-field'],
    ['Limit=1', '#/Limit unknown-field'],
    ['%00=1', '#/\u0000 unknown-field'],
    ['a/b=1', '#/a~1b unknown-field'],
    ['__proto__=1', '#/__proto__ unknown-field'],
    ['__proto__[polluted]=1', '#/__proto__[polluted] unknown-field'],
    ['constructor=1', '#/constructor unknown-field'],
    ['toString=1', '#/toString unknown-field'],
    ['cursor=', '#/cursor invalid-cursor'],
    ['cursor=forged', '#/cursor invalid-cursor'],
    ['cursor=%00', '#/cursor invalid-cursor'],
    ['cursor=a&cursor=b', '#/cursor type'],
    [`cursor=${'a'.repeat(513)}`, '#/cursor too-long'],
    [`cursor=${encode(null)}`, '#/cursor invalid-cursor'],
    [`cursor=${encode({})}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['*', 'yesterday', ID])}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['*', 1.5, ID])}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['*', 1, 7])}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['*', 1, "' OR 1=1--"])}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['*', 1, '\u0000'])}`, '#/cursor invalid-cursor'],
    [`cursor=${encode(['active', 1, ID])}`, '#/cursor invalid-cursor'],
    [`state=failed&cursor=${encode(['active', 1, ID])}`, '#/cursor invalid-cursor'],
    [`state=active&cursor=${encode(['*', 1, ID])}`, '#/cursor invalid-cursor'],
  ])('is refused with ?%s', async (query, expected) => {
    const answer = await send(world.url, { path: `/v1/sessions?${query}` });
    const { errors = [], instance } = expectProblem(answer, 400, 'validation-failed');

    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([expected]);
    expect(instance).toBe('/v1/sessions');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('is refused with all of its errors at once', async () => {
    const answer = await send(world.url, { path: '/v1/sessions?limit=0&state=x&extra=1' });
    const { errors = [] } = expectProblem(answer, 400, 'validation-failed');

    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['#/extra', '#/limit', '#/state']);
  });

  it('is JSON regardless of the Accept header', async () => {
    const answer = await send(world.url, { headers: { accept: 'text/html, application/xml;q=0.9' } });

    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  });
});
