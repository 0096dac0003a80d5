import { Clock } from '../../src/common/time/clock';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import { type ApiRoute, routesOf } from '../support/api-routes';
import { bearer } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { TokenIssuer } from '../support/token-issuer';
import { until } from '../support/until';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3_600;
const AN_HOUR_AGO = Math.floor(Date.now() / 1000) - 3_600;
const READ = { scope: 'sessions.read' };

/** Moves the service's clock forward. */
function letPass(world: World, ms: number): void {
  const clock = world.app.get(Clock);
  const before = clock.now.bind(clock);
  clock.now = () => before() + ms;
}

function list(world: World, token: string): Promise<Answer> {
  return new ApiClient(world.url, bearer(token)).list();
}

describe('tokens of an issuer', () => {
  let issuer: TokenIssuer;
  let world: World;
  let routes: readonly ApiRoute[];
  const logs = new LogCapture();
  const shown: string[] = [];

  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    const environment = { ...issuer.environment, LOG_LEVEL: 'debug' };
    world = await World.start({ logOutput: logs, environment });
    routes = await routesOf(new ApiClient(world.url, bearer(await issuer.sign())));
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  const REFUSED: Readonly<Record<string, () => Promise<string>>> = {
    'has expired': () => issuer.sign({ exp: AN_HOUR_AGO }),
    'never expires': () => issuer.sign({ exp: undefined }),
    'expires at a text': () => issuer.sign({ exp: String(IN_AN_HOUR) }),
    'is not valid yet': () => issuer.sign({ nbf: IN_AN_HOUR }),
    'is for another audience': () => issuer.sign({ aud: 'another-service' }),
    'has no audience': () => issuer.sign({ aud: undefined }),
    'is by another issuer': () => issuer.sign({ iss: 'https://issuer.example.evil' }),
    'has no issuer': () => issuer.sign({ iss: undefined }),
    'has no subject': () => issuer.sign({ sub: undefined }),
    'has an empty subject': () => issuer.sign({ sub: '' }),
    'has a NUL in its subject': () => issuer.sign({ sub: 'bill\u0000ing' }),
    'has half a character in its subject': () => issuer.sign({ sub: 'bill\ud800' }),
    'has a subject that is too long': () => issuer.sign({ sub: 's'.repeat(256) }),
    'has a number as its subject': () => issuer.sign({ sub: 7 }),
    'is signed with an unknown key': () => issuer.sign({}, { kid: 'unknown' }),
    'is signed with another key of the same name': async () => {
      await using impostor = await TokenIssuer.start();
      return await impostor.sign();
    },
    'is signed with the public key': () => issuer.signWithPublicKey(),
    'is not signed': () => issuer.unsigned(),
    'has lost its signature': async () => (await issuer.sign()).replace(/[^.]+$/, ''),
    'was changed': async () => {
      const [header, , signature] = (await issuer.sign()).split('.');
      const [, payload] = (await issuer.sign({ sub: 'another-subject' })).split('.');
      return [header, payload, signature].join('.');
    },
    'is for a logout': () => issuer.sign(READ, { typ: 'logout+jwt' }),
    'proves the possession of a key': () => issuer.sign(READ, { typ: 'dpop+jwt' }),
    'is an ID token': () => issuer.sign({ ...READ, at_hash: 'x' }, { typ: 'JWT' }),
    'has an invalid format': () => Promise.resolve('ggs_billing_'.padEnd(55, 'A')),
    'has five parts': () => Promise.resolve('eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d'),
    'is dots': () => Promise.resolve('..'),
  };

  it.each(Object.entries(REFUSED))('are refused if the token %s', async (_, make) => {
    const token = await make();
    shown.push(token);
    for (const { method, path, scope } of routes) {
      if (scope === undefined) continue;
      const { status, headers, body } = await new ApiClient(world.url, bearer(token)).request(method, path);

      expect([path, status, body['code']]).toEqual([path, 401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body).not.toHaveProperty('reason');
    }
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('are accepted when signed with %s', async (alg) => {
    const token = await issuer.sign(READ, { alg });
    shown.push(token);

    expect((await list(world, token)).status).toBe(200);
  });

  it.each(['JWT', 'at+jwt', 'application/at+jwt'])('are accepted with the type %s', async (typ) => {
    expect((await list(world, await issuer.sign(READ, { typ }))).status).toBe(200);
  });

  it.each([
    ['among others', { scope: 'openid sessions.read profile' }, 200],
    ['in scp as a text', { scp: 'sessions.read' }, 200],
    ['in scp as a list', { scp: ['openid', 'sessions.read'] }, 200],
    ['nowhere', {}, 403],
    ['in other letters', { scope: 'Sessions.Read' }, 403],
    ['as a part of a word', { scope: 'sessions.readonly xsessions.read' }, 403],
    ['as a number', { scope: 7 }, 403],
    ['in scp while scope says something else', { scope: 'openid', scp: 'sessions.read' }, 403],
  ])('grant the scopes that they name %s', async (_, claims, status) => {
    expect((await list(world, await issuer.sign(claims))).status).toBe(status);
  });

  it('make the subject the owner of its sessions', async () => {
    const scope = 'sessions.read sessions.write';
    const [one, other] = [await issuer.sign({ scope }), await issuer.sign({ scope, sub: 'support' })];
    const conversationId = await new ApiClient(world.url, bearer(one)).opened();

    expect((await new ApiClient(world.url, bearer(one)).get(conversationId)).status).toBe(200);
    expect((await new ApiClient(world.url, bearer(other)).get(conversationId)).status).toBe(404);
  });

  it('cause one request for the keys, and one more for all unknown keys', async () => {
    const before = issuer.asked;
    letPass(world, MINUTE_MS);
    const floods = Array.from({ length: 20 }, (_, n) =>
      issuer.sign(READ, { kid: `made-up-${n}`, alg: 'ES256' }),
    );
    const answers = await Promise.all(floods.map(async (token) => list(world, await token)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(issuer.asked - before).toBe(1);
  });

  it('may be signed with a new key', async () => {
    await issuer.addKey('next', 'ES256');
    const token = await issuer.sign(READ, { alg: 'ES256', kid: 'next' });
    letPass(world, MINUTE_MS);

    expect((await list(world, token)).status).toBe(200);
  });

  it('appear in no log line', () => {
    const canaries = shown.flatMap((token) => token.split('.')).filter((part) => part.length > 20);
    expect(canaries.length).toBeGreaterThan(20);
    expect(canaries.filter((canary) => logs.raw.includes(canary))).toEqual([]);
  });
});

describe('an unavailable issuer', () => {
  let issuer: TokenIssuer;
  let world: World;
  let token: string;
  const logs = new LogCapture();

  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    world = await World.start({ logOutput: logs, environment: issuer.environment });
    token = await issuer.sign({ ...READ, exp: IN_AN_HOUR + 30 * 3_600 });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  it('causes refusals with Retry-After before the first keys were read', async () => {
    issuer.isDown = true;
    const { status, headers, body } = await list(world, token);

    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'auth-unavailable', '5']);
    expect((await fetch(`${world.url}/health/ready`)).status).toBe(200);
    issuer.isDown = false;
    letPass(world, 6_000);
    expect((await list(world, token)).status).toBe(200);
  });

  it('does not affect tokens for a day', async () => {
    issuer.isDown = true;
    for (const passed of [6 * MINUTE_MS, 12 * HOUR_MS, 11 * HOUR_MS]) {
      letPass(world, passed);
      const before = issuer.asked;
      // The fetch of the round before may still be in flight, and is then the only one.
      await until(async () => {
        expect((await list(world, token)).status).toBe(200);
        return issuer.asked > before;
      });
    }
    expect(logs.lines.filter(({ message }) => String(message).includes('stay in force'))).toHaveLength(1);
  });

  it('does not make a key unknown', async () => {
    const other = await issuer.sign(READ, { alg: 'ES256', kid: 'not-seen-yet' });

    expect((await list(world, other)).status).toBe(503);
  });

  it('causes refusals after a day, until it is available again', async () => {
    letPass(world, 2 * HOUR_MS);
    expect((await list(world, token)).body['code']).toBe('auth-unavailable');
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('all tokens refused') }),
    );

    issuer.isDown = false;
    letPass(world, 6_000);
    expect((await list(world, token)).status).toBe(200);
    expect(logs.with('JWKS fetch recovered').length).toBeGreaterThan(0);
  });
});
