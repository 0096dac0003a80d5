import { Clock } from '../../src/common/time/clock';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import type { Answer } from '../support/api-client';
import { aCaller, keysOf, limitedTo } from '../support/callers';
import { ConsoleClient } from '../support/console-client';
import { LogCapture } from '../support/log-capture';
import { TokenIssuer } from '../support/token-issuer';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const operator = aCaller('operator');
const other = aCaller('other');
const reader = aCaller('reader', ['sessions.read']);
const metered = limitedTo(2, aCaller('metered'));
const keys = keysOf(operator, other, reader, metered);

let world: World;

beforeAll(async () => {
  world = await World.start({ logOutput: new LogCapture(), environment: keys });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const loggedIn = (credential = operator.key): Promise<ConsoleClient> =>
  ConsoleClient.loggedIn(world.url, credential);

/** Moves the sessions of the database back in time. */
async function age(created: number, used: number): Promise<void> {
  await world.app
    .get(DatabaseConnection)
    .db.updateTable('console_session')
    .set((eb) => ({
      created_at: eb('created_at', '-', created),
      last_used_at: eb('last_used_at', '-', used),
    }))
    .execute();
}

const codeOf = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;

describe('a login to the console', () => {
  it('answers with the caller, its scopes, a CSRF token and the lifetimes, and sets a cookie', async () => {
    const client = new ConsoleClient(world.url);
    const { status, body, headers } = await client.logIn(reader.key);

    expect(status).toBe(201);
    expect(body).toEqual({
      caller: 'reader',
      scopes: ['sessions.read'],
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      needsLogin: true,
      expiresAt: expect.stringMatching(/^20.*Z$/),
      idleTimeoutSeconds: 1_800,
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toMatch(
      /^console-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await client.session()).body).toEqual(body);
  });

  it('gives the routes of the API what the caller may do, and no more', async () => {
    const client = await loggedIn(reader.key);

    expect((await client.request('GET', '/v1/sessions')).status).toBe(200);
    expect((await client.request('HEAD', '/v1/sessions')).status).toBe(200);
    expect(codeOf(await client.request('POST', '/v1/sessions', { queueId: 'q' }))).toBe(
      '403 insufficient-scope',
    );
  });

  it('lets a session be opened and ended with the CSRF token', async () => {
    const client = await loggedIn();
    const opened = await client.request('POST', '/v1/sessions', { queueId: 'support' });
    const ended = await client.request('DELETE', `/v1/sessions/${String(opened.body['conversationId'])}`);

    expect([opened.status, ended.status]).toEqual([201, 200]);
  });

  it('ends with a logout, which removes the cookie, and with it every copy of the cookie', async () => {
    const client = await loggedIn();
    const { status, headers } = await client.logOut();

    expect(status).toBe(204);
    expect(headers.get('set-cookie')).toBe('console-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
    expect(codeOf(await client.session())).toBe('401 unauthenticated');
    expect(codeOf(await client.request('GET', '/v1/sessions'))).toBe('401 unauthenticated');
  });

  it("counts against the caller's quota, as its requests do", async () => {
    const client = await loggedIn(metered.key);
    const answers = [await client.session(), await client.session()];

    expect(answers.map(codeOf)).toEqual(['200 undefined', '429 quota-exceeded']);
    expect(codeOf(await new ConsoleClient(world.url).logIn(metered.key))).toBe('429 quota-exceeded');
  });

  it.each([
    ['a wrong key', aCaller('operator').key, '401 unauthenticated'],
    ['no key', '', '400 validation-failed'],
    ['a key that is too long', 'x'.repeat(8_193), '400 validation-failed'],
    ['two credentials', `${operator.key} ${operator.key}`, '401 unauthenticated'],
  ])('is refused with %s, and sets no cookie', async (_what, credential, expected) => {
    const answer = await new ConsoleClient(world.url).logIn(credential);

    expect(codeOf(answer)).toBe(expected);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

describe('the lifetime of a session of the console', () => {
  it.each([
    ['30 minutes without a request', 0, 30 * MINUTE_MS],
    ['12 hours, however much it is used', 12 * HOUR_MS, 0],
  ])('is over after %s', async (_what, created, used) => {
    const client = await loggedIn();
    await age(Math.max(0, created - MINUTE_MS), Math.max(0, used - MINUTE_MS));
    expect((await client.session()).status).toBe(200);

    await age(created, used);
    expect(codeOf(await client.session())).toBe('401 unauthenticated');
  });

  it('is prolonged by requests, which note it at most once a minute', async () => {
    const client = await loggedIn();
    const { db } = world.app.get(DatabaseConnection);
    const lastUses = async (): Promise<readonly number[]> =>
      (await db.selectFrom('console_session').select('last_used_at').execute()).map(
        (row) => row.last_used_at,
      );
    const before = await lastUses();
    await client.session();
    expect(await lastUses()).toEqual(before);

    await age(0, 2 * MINUTE_MS);
    const aged = Math.max(...(await lastUses()));
    await client.session();
    expect(Math.max(...(await lastUses()))).toBeGreaterThanOrEqual(aged + 2 * MINUTE_MS);
  });

  it('is over when its credential is revoked, for good, and its scopes are always those of today', async () => {
    const [revoked, changed] = [await loggedIn(), await loggedIn(reader.key)];
    const more = { ...reader, entry: { ...reader.entry, scopes: ['sessions.read', 'audit.read'] as const } };
    await world.restart(keysOf(other, more));
    const [gone, known] = [revoked, changed].map(({ cookie, csrfToken }) =>
      Object.assign(new ConsoleClient(world.url), { cookie, csrfToken }),
    );

    expect(gone && codeOf(await gone.session())).toBe('401 unauthenticated');
    expect((await known?.session())?.body['scopes']).toEqual(['sessions.read', 'audit.read']);
    await world.restart(keys);
    const later = Object.assign(new ConsoleClient(world.url), { cookie: revoked.cookie });
    expect(codeOf(await later.session())).toBe('401 unauthenticated');
  });
});

describe('a session of the console with a token of an issuer', () => {
  it('lasts as long as the token, and no longer where a clock goes back', async () => {
    await using issuer = await TokenIssuer.start();
    await world.restart({ ...issuer.environment, API_KEYS: '' });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const client = await loggedIn(await issuer.sign({ sub: 'jane', scope: 'sessions.read', exp }));
    const { status, body } = await client.session();
    expect([status, body['caller'], body['scopes']]).toEqual([200, 'jane', ['sessions.read']]);

    const clock = world.app.get(Clock);
    const now = clock.now.bind(clock);
    clock.now = () => now() + 11 * MINUTE_MS;
    expect(codeOf(await client.session())).toBe('401 unauthenticated');
    clock.now = now;
    expect(codeOf(await client.session())).toBe('401 unauthenticated');
    await world.restart();
  });
});
