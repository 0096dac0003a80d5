import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { World } from '../../src/world';
import { aCaller, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { type RawAnswer, send } from '../support/raw-http';

const INDEX =
  '<!doctype html><title>Console</title><script type="module" src="./assets/app-1a2b.js"></script>';
const SCRIPT = 'document.title = "ready";\n'.repeat(50);
const POLICY =
  "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';script-src 'self';" +
  "style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self'";
const operator = aCaller('operator');

let folder: string;
let world: World;
let logs: LogCapture;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), INDEX);
  writeFileSync(join(folder, 'assets/app-1a2b.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/app-1a2b.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets/app-1a2b.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'assets/style-3c4d.css'), 'body { margin: 0 }');
  writeFileSync(join(folder, 'assets/unknown.exe'), 'binary');
  logs = new LogCapture();
  world = await World.start({ logOutput: logs, consoleFolder: folder, environment: keysOf(operator) });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
  send(world.url, { path, headers });

describe('the pages of the console', () => {
  it.each(['/console/', '/console/sessions', '/console/?a=b'])(
    'are one document at %s, without a credential',
    async (path) => {
      const { status, headers, body } = await get(path);

      expect([status, body]).toEqual([200, INDEX]);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      });
    },
  );

  it('are found from /console, at a gateway with a path too', async () => {
    expect((await get('/console')).headers['location']).toBe('/console/');
    await world.restart({ PUBLIC_URL: 'https://gw.example/guests' });
    const { status, headers } = await get('/console');

    expect([status, headers['location']]).toEqual([302, 'https://gw.example/guests/console/']);
    await world.restart();
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['identity', undefined],
  ])(
    'have assets that are cached for good, in a form that the client accepts: %s',
    async (accepted, coding) => {
      const { status, headers } = await get('/console/assets/app-1a2b.js', { 'accept-encoding': accepted });

      expect(status).toBe(200);
      expect(headers['content-encoding']).toBe(coding);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
    },
  );

  it('have the same content in every form', async () => {
    const headers = { 'accept-encoding': 'br' };
    const response = await fetch(`${world.url}/console/assets/app-1a2b.js`, { headers });

    expect(response.headers.get('content-encoding')).toBe('br');
    expect(await response.text()).toBe(SCRIPT);
    expect((await get('/console/assets/app-1a2b.js')).body).toBe(SCRIPT);
  });

  it('answer HEAD without a body', async () => {
    const { status, headers, body } = await send(world.url, { method: 'HEAD', path: '/console/' });

    expect([status, headers['content-length'], body]).toEqual([200, String(INDEX.length), '']);
  });

  it.each(['/console', '/console/'])('have no other method: POST %s', async (path) => {
    const { status, headers } = await send(world.url, { method: 'POST', path });

    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    '/console/assets/none.js',
    '/console/assets/unknown.exe',
    '/console/assets/app-1a2b.js.br',
    '/console/../package.json',
    '/console/..%2f..%2fpackage.json',
    '/console/%2e%2e/package.json',
    '/console/assets/..%5c..%5cpackage.json',
    '/console/%00.html',
    '/console/%ff',
    '/console/__proto__.js',
    '/console.js',
    '/consoles',
  ])('have nothing else: %s', async (path) => {
    const { status, headers, body } = await get(path);

    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toMatchObject({ code: 'not-found' });
  });

  it('are a problem where they were not built, and a log line says so', async () => {
    expect(logs.with('Console pages not built')).toEqual([]);
    const bare = new LogCapture();
    await using unbuilt = await World.start({
      logOutput: bare,
      consoleFolder: join(folder, 'assets'),
      environment: keysOf(operator),
    });

    for (const path of ['/console', '/console/', '/console/assets/app-1a2b.js']) {
      const { status, body } = await send(unbuilt.url, { path });
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([404, 'not-found']);
    }
    expect(bare.with('Console pages not built')).toHaveLength(1);
  });
});
