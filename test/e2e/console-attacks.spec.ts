import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { ConsoleClient } from '../support/console-client';
import { LogCapture } from '../support/log-capture';
import { send } from '../support/raw-http';
import { storedText } from '../support/stored-text';

const SESSION = '/v1/console/session';
const operator = aCaller('operator');
const other = aCaller('other');
const audited = aCaller('audited');
const logs = new LogCapture();

let world: World;

beforeAll(async () => {
  world = await World.start({
    logOutput: logs,
    environment: { ...keysOf(operator, other, audited), LOG_LEVEL: 'debug' },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const loggedIn = (credential = operator.key): Promise<ConsoleClient> =>
  ConsoleClient.loggedIn(world.url, credential);
const codeOf = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;
const openWith = (client: ConsoleClient, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  client.request('POST', '/v1/sessions', { queueId: 'support' }, headers);

describe('a request by session cookie', () => {
  it.each([
    ['no token', { 'x-csrf-token': '' }],
    ['a wrong token', { 'x-csrf-token': 'A'.repeat(43) }],
    ['the token of the cookie itself', undefined],
  ])('changes nothing with %s', async (_what, headers) => {
    const client = await loggedIn();
    const given = headers ?? { 'x-csrf-token': client.cookie.split('=')[1] ?? '' };

    expect(codeOf(await openWith(client, given))).toBe('403 csrf-token-invalid');
    expect(codeOf(await client.request('DELETE', SESSION, undefined, given))).toBe('403 csrf-token-invalid');
    expect((await client.session()).status).toBe(200);
  });

  it('changes nothing with the token of another session, of the same caller too', async () => {
    const [client, stranger, again] = [await loggedIn(), await loggedIn(other.key), await loggedIn()];

    for (const { csrfToken } of [stranger, again])
      expect(codeOf(await openWith(client, { 'x-csrf-token': csrfToken }))).toBe('403 csrf-token-invalid');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['an origin that is hidden', { origin: 'null' }],
  ])('is refused from a page of %s, for reads and logins too', async (_what, headers) => {
    const client = await loggedIn();
    const answers = [
      await client.request('GET', '/v1/sessions', undefined, headers),
      await client.request('GET', SESSION, undefined, headers),
      await openWith(client, headers),
      await client.request('POST', SESSION, { credential: operator.key }, headers),
    ];

    expect(new Set(answers.map(codeOf))).toEqual(new Set(['403 foreign-origin']));
  });

  it.each([
    ['its own page', (url: string) => ({ origin: url, 'sec-fetch-site': 'same-origin' })],
    ['an address bar', () => ({ 'sec-fetch-site': 'none' })],
  ])('is served from %s', async (_what, headersAt) => {
    const client = await loggedIn();

    expect((await openWith(client, headersAt(world.url))).status).toBe(201);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'])(
    'is refused as a form without script: %s',
    async (type) => {
      const { cookie } = await loggedIn();
      const headers = { cookie, 'content-type': type };
      const body = JSON.stringify({ credential: operator.key });
      const login = await send(world.url, { method: 'POST', path: SESSION, headers, body });
      const opening = await send(world.url, { method: 'POST', path: '/v1/sessions', headers, body });

      expect([login.status, opening.status]).toEqual([415, 403]);
    },
  );

  it('is that of the Authorization header where there is one, without a CSRF token', async () => {
    const { cookie } = await loggedIn();
    const api = new ApiClient(world.url, { ...other.headers, cookie });
    const stranger = new ApiClient(world.url, { authorization: 'Bearer none', cookie });
    const opened = await api.open();

    expect(opened.status).toBe(201);
    expect(
      (await new ApiClient(world.url, other.headers).get(String(opened.body['conversationId']))).status,
    ).toBe(200);
    expect(codeOf(await stranger.list())).toBe('401 unauthenticated');
    expect(codeOf(await api.request('GET', SESSION))).toBe('401 unauthenticated');
    expect(codeOf(await api.request('DELETE', SESSION))).toBe('401 unauthenticated');
  });

  it.each(['/v1/events', '/v1/sessions/some-id/events', '/metrics', '/docs', '/openapi.json'])(
    'is not accepted on %s, which is for programs',
    async (path) => {
      const client = await loggedIn();

      expect((await client.request('GET', path)).status).toBe(401);
    },
  );

  it.each([
    ['an unknown token', () => `console-session=${'A'.repeat(43)}`],
    ['an empty token', () => 'console-session='],
    ['no token', () => 'console-session=__proto__'],
    ['the name of the cookie over TLS', (cookie: string) => `__Host-${cookie}`],
    ['two sessions', (cookie: string) => `${cookie}; console-session=${'A'.repeat(43)}`],
    ['another name', (cookie: string) => `x-${cookie}`],
  ])('is not known by %s', async (_what, alter) => {
    const { cookie } = await loggedIn();
    const api = new ApiClient(world.url, { cookie: alter(cookie) });

    expect(codeOf(await api.list())).toBe('401 unauthenticated');
  });
});

describe('a login', () => {
  it('never adopts a token that was planted, and ends the session of a cookie that it replaces', async () => {
    const planted = `console-session=${'B'.repeat(43)}`;
    const victim = Object.assign(new ConsoleClient(world.url), { cookie: planted });
    expect((await victim.logIn(operator.key)).status).toBe(201);
    expect(victim.cookie).not.toBe(planted);
    expect(codeOf(await new ApiClient(world.url, { cookie: planted }).list())).toBe('401 unauthenticated');

    const before = victim.cookie;
    expect((await victim.logIn(operator.key)).status).toBe(201);
    expect(codeOf(await new ApiClient(world.url, { cookie: before }).list())).toBe('401 unauthenticated');
    expect((await victim.session()).status).toBe(200);
  });

  it('keeps the session of the cookie when it fails', async () => {
    const client = await loggedIn();
    await client.logIn('wrong');

    expect((await client.session()).status).toBe(200);
  });

  it('leaves a caller 20 sessions, and ends the one that was used the longest ago', async () => {
    const clients: ConsoleClient[] = [];
    for (let count = 0; count < 21; count += 1) clients.push(await loggedIn(other.key));
    const statuses = await Promise.all(clients.map(async (client) => (await client.session()).status));

    expect(statuses).toEqual([401, ...Array.from({ length: 20 }, () => 200)]);
  });

  it('is audited, as is every end of a session; a failure is among the refusals', async () => {
    await world.restart();
    const client = await loggedIn(audited.key);
    await client.logIn(audited.key);
    await client.logOut();
    await new ConsoleClient(world.url).logIn('wrong');
    await world.restart();
    const { body } = await new ApiClient(world.url, operator.headers).request('GET', '/v1/audit?limit=5');
    const records = body['items'] as readonly Readonly<Record<string, unknown>>[];

    expect(records.map(({ action, reason }) => [action, reason]).sort()).toEqual(
      [
        ['CONSOLE_LOGIN', null],
        ['CONSOLE_LOGIN', null],
        ['CONSOLE_LOGOUT', 'replaced'],
        ['CONSOLE_LOGOUT', null],
        ['REQUEST_REFUSED', 'malformed'],
      ].sort(),
    );
    const actors = records.filter(({ action }) => action !== 'REQUEST_REFUSED').map(({ actor }) => actor);
    expect(actors).toEqual(Array.from({ length: 4 }, () => ({ type: 'caller', name: 'audited' })));
  });
});

describe('the secrets of a session', () => {
  it('are in no log line, audit record, answer or file, and the database yields none of them', async () => {
    const client = await loggedIn();
    await client.request('GET', '/v1/sessions');
    await client.request('POST', SESSION, { credential: { key: operator.key } });
    await openWith(client, { 'x-csrf-token': '' });
    await client.logIn(`${operator.key} `);
    const shown = JSON.stringify((await client.session()).body);
    const { db } = world.app.get(DatabaseConnection);
    const rows = JSON.stringify(await db.selectFrom('console_session').selectAll().execute());
    const trail = JSON.stringify(await db.selectFrom('audit_record').selectAll().execute());
    const files = storedText(world.environment['DATA_DIR'] ?? '');
    const [, token = ''] = client.cookie.split('=');
    await client.logOut();

    for (const secret of [operator.key, operator.key.slice(-43), token]) {
      expect(token).toHaveLength(43);
      for (const place of [logs.raw, rows, trail, files, shown]) expect(place).not.toContain(secret);
    }
    for (const place of [logs.raw, rows, trail, files]) expect(place).not.toContain(client.csrfToken);
    expect(rows).toContain('"caller":"operator"');
  });
});

describe('guessing', () => {
  it('is refused with 429 after failed logins from one address, and no other request is', async () => {
    const client = await loggedIn();
    let answer = await client.logIn(aCaller('operator').key);
    expect(codeOf(answer)).toBe('401 unauthenticated');
    // A slow machine refills the limit meanwhile.
    for (let count = 0; count < 1_000 && answer.status === 401; count += 1)
      answer = await client.logIn(aCaller('operator').key);

    expect(codeOf(answer)).toBe('429 too-many-failed-logins');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await client.session()).status).toBe(200);
    expect((await new ApiClient(world.url, operator.headers).list()).status).toBe(200);
  });
});
