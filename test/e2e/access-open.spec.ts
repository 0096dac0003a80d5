import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { send } from '../support/raw-http';

describe('requests of web pages to an open service', () => {
  const logs = new LogCapture();
  const ROUTES: readonly (readonly [method: string, path: string])[] = [
    ['POST', '/v1/sinks/crm/pause'],
    ['GET', '/v1/sessions'],
    ['GET', '/v1/events'],
    ['GET', '/metrics'],
    ['GET', '/docs'],
    ['GET', '/openapi.json'],
    ['GET', '/health/live'],
    ['GET', '/nowhere'],
    ['PUT', '/v1/sessions'],
    ['OPTIONS', '/v1/sessions'],
    ['GET', '/v1/sessions/%zz'],
  ];
  let world: World;

  beforeAll(async () => {
    world = await World.start({ logOutput: logs });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const answerTo = async (
    headers: Readonly<Record<string, string | undefined>>,
    [method, path]: readonly [string, string] = ['GET', '/v1/sessions'],
  ): Promise<unknown[]> => {
    const { status, body } = await send(world.url, { method, path, headers });
    return status < 400 ? [status] : [status, (JSON.parse(body) as { code: string }).code];
  };

  it.each(ROUTES)('are refused by their Host, before any other check: %s %s', async (...route) => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '10.0.0.1', '0.0.0.0'])
      expect(await answerTo({ host }, route)).toEqual([403, 'foreign-host']);
  });

  it.each(ROUTES)('are refused by their Origin, before any other check: %s %s', async (...route) => {
    const { port } = new URL(world.url);
    const origins = [
      'null',
      'https://evil.example',
      `http://evil.example:${port}`,
      'http://localhost:1',
      '*',
    ];
    for (const origin of origins)
      expect(await answerTo({ origin, 'content-type': 'text/plain' }, route)).toEqual([
        403,
        'foreign-origin',
      ]);
    for (const site of ['cross-site', 'same-site', 'none, cross-site'])
      expect(await answerTo({ 'sec-fetch-site': site }, route)).toEqual([403, 'foreign-origin']);
  });

  it('do not change the sink', async () => {
    const { items } = (await new ApiClient(world.url).request('GET', '/v1/sinks')).body as {
      items: object[];
    };

    expect(items).toHaveLength(1);
    expect(items[0]).not.toHaveProperty('pausedAt');
  });

  it('are served from its own origin, as are those of local tools', async () => {
    const { port } = new URL(world.url);
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'app.localhost', '127.9.9.9', 'LOCALHOST']) {
      const headers = { host: `${host}:${port}`, origin: `http://${host}:${port}` };
      expect(await answerTo({ host })).toEqual([200]);
      expect(await answerTo({ ...headers, 'sec-fetch-site': 'same-origin' })).toEqual([200]);
    }
    expect(await answerTo({ 'sec-fetch-site': 'none' })).toEqual([200]);
    expect(await answerTo({ host: 'localhost:80', origin: 'http://localhost' })).toEqual([200]);
  });

  it('are refused by a host name in the request target as well', async () => {
    expect(await answerTo({}, ['GET', 'http://evil.example/v1/sessions'])).toEqual([403, 'foreign-host']);
    expect(await answerTo({}, ['GET', `${world.url}/v1/sessions`])).toEqual([200]);
  });

  it('are counted, and logged a few times', async () => {
    const page = String((await new ApiClient(world.url).request('GET', '/metrics')).body['text']);
    expect(page).toMatch(/auth_failures_total\{reason="foreign-host"\} [1-9]/);
    expect(page).toMatch(/auth_failures_total\{reason="foreign-origin"\} [1-9]/);
    await world.restart({ ACCESS_MODE: 'open-anywhere' });
    const told = logs.with('Caller refused').filter(({ reason }) => reason === 'foreign-host');

    expect(told.length).toBeLessThan(8);
    expect(told.reduce((sum, { count }) => sum + Number(count ?? 1), 0)).toBe(ROUTES.length * 5 + 1);
  });

  it('may have any Host with open-anywhere, and are still refused by their origin', async () => {
    const host = 'sessions.example:8080';

    expect(await answerTo({ host })).toEqual([200]);
    expect(await answerTo({ host, origin: 'https://sessions.example:8080' })).toEqual([200]);
    expect(await answerTo({ host, origin: 'https://evil.example' })).toEqual([403, 'foreign-origin']);
    expect(await answerTo({ host, 'sec-fetch-site': 'cross-site' })).toEqual([403, 'foreign-origin']);
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', context: 'Access', mode: 'open-anywhere' }),
    );
  });
});
