import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { ConsoleClient } from '../support/console-client';
import { LogCapture } from '../support/log-capture';
import { send } from '../support/raw-http';

const SESSION = '/v1/console/session';
const operator = aCaller('operator');
const keys = keysOf(operator);

let world: World;

beforeAll(async () => {
  world = await World.start({ logOutput: new LogCapture(), environment: keys });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const codeOf = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;

describe('the session cookie of the console', () => {
  it.each([
    [
      'plain HTTP on loopback',
      {},
      '127.0.0.1:3000',
      /^console-session=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/,
    ],
    [
      'another host',
      {},
      'console.example',
      /^__Host-console-session=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    ],
    [
      'a PUBLIC_URL over TLS',
      { PUBLIC_URL: 'https://gw.example/guests' },
      '127.0.0.1',
      /^__Host-.*; Secure;/,
    ],
    [
      'a PUBLIC_URL over plain HTTP',
      { PUBLIC_URL: 'http://gw.example' },
      'console.example',
      /^console-session=[^;]+; Path=\/; HttpOnly/,
    ],
  ])('is made for %s', async (_what, settings, host, expected) => {
    await world.restart({ ...keys, ...settings });
    const body = JSON.stringify({ credential: operator.key });
    const headers = { host, 'content-type': 'application/json' };
    const answer = await send(world.url, { method: 'POST', path: SESSION, headers, body });

    expect([answer.status, answer.headers['set-cookie']]).toEqual([201, expect.stringMatching(expected)]);
    const cookie = answer.headers['set-cookie']?.split(';', 1)[0];
    const shown = await send(world.url, { path: SESSION, headers: { host, cookie } });
    expect([shown.status, shown.headers['x-frame-options']]).toEqual([200, 'DENY']);
    await world.restart();
  });
});

describe('deployments', () => {
  it.each([
    ['open', {}],
    ['open-anywhere', { HOST: '127.0.0.1' }],
  ])('that ask for no credentials need no login in mode %s, and set no cookie', async (mode, settings) => {
    await world.restart({ ACCESS_MODE: mode, API_KEYS: '', ...settings });
    const client = new ConsoleClient(world.url);
    const login = await client.logIn('anything');
    const anonymous = { caller: 'anonymous', csrfToken: '', needsLogin: false };

    expect([login.status, login.headers.get('set-cookie')]).toEqual([201, null]);
    expect(login.body).toMatchObject(anonymous);
    expect((await client.session()).body).toEqual(login.body);
    expect((await client.request('POST', '/v1/sessions', { queueId: 'q' })).status).toBe(201);
    expect((await client.logOut()).status).toBe(204);
    await world.restart();
  });

  it('have nothing of the console with CONSOLE=off', async () => {
    const { cookie } = await ConsoleClient.loggedIn(world.url, operator.key);
    await world.restart({ CONSOLE: 'off' });
    const api = new ApiClient(world.url, { cookie });
    const answers = [
      await api.request('GET', '/console'),
      await api.request('GET', '/console/'),
      await api.request('GET', SESSION),
      await api.request('POST', SESSION, { credential: operator.key }),
      await api.request('DELETE', SESSION),
    ];

    expect(new Set(answers.map(codeOf))).toEqual(new Set(['404 not-found']));
    expect(codeOf(await api.list())).toBe('401 unauthenticated');
    await world.restart();
  });
});
