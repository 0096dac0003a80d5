import type { Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '../../src/world';
import { accessOf } from '../../src/common/access/route-access';
import { ApiClient } from '../support/api-client';
import { aCaller, keysOf, type TestCaller } from '../support/callers';
import { forgedProof } from '../support/forged-proof';
import { LogCapture } from '../support/log-capture';
import { type RawAnswer, send, sendBytes } from '../support/raw-http';
import { until } from '../support/until';

/** Nest's metadata key for a route's Fastify settings; Nest does not export it. */
const ROUTE_CONFIG = '__fastify_route_config__';

describe('pages for operators', () => {
  const caller = aCaller('operator', ['audit.read']);
  const PAGES = [
    '/metrics',
    '/openapi.json',
    '/docs',
    '/docs/',
    '/docs/swagger-ui-init.js',
    '/docs/swagger-ui.css',
  ];
  const SPELLED = [
    '/%64ocs',
    '/docs?x=1',
    '/docs/%73wagger-ui.css',
    '/openapi%2Ejson',
    '/m%65trics',
    '/metrics/',
    '//metrics',
    '/./metrics',
    '/health/../metrics',
    'http://guest-sessions/metrics',
    'http://user:password@guest-sessions/metrics',
  ];
  let world: World;

  beforeAll(async () => {
    world = await World.start({ logOutput: new LogCapture(), environment: keysOf(caller) });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const statusOf = async (path: string, headers: Readonly<Record<string, string>>, method = 'GET') =>
    (await send(world.url, { method, path, headers })).status;

  it.each(PAGES)('are open to every authenticated caller: %s', async (path) => {
    expect(await statusOf(path, {})).toBe(401);
    expect(await statusOf(path, {}, 'HEAD')).toBe(401);
    expect(await statusOf(path, caller.headers)).toBe(200);
  });

  it.each(SPELLED)('are not accessible by another spelling: %s', async (path) => {
    expect([401, 404]).toContain(await statusOf(path, {}));
  });

  it('are public where the deployment is configured so', async () => {
    await world.restart({ METRICS_PUBLIC: 'true' });
    expect(await statusOf('/metrics', {})).toBe(200);
    expect(await statusOf('/openapi.json', {})).toBe(401);

    await world.restart({ DOCS_PUBLIC: 'true' });
    expect(await statusOf('/metrics', {})).toBe(401);
    for (const path of PAGES.filter((page) => page !== '/metrics'))
      expect(await statusOf(path, {})).toBe(200);
    expect(await statusOf('/v1/sessions', {})).toBe(401);
  });

  it.each(['/health/live', '/health/ready'])('do not restrict the probes: %s', async (path) => {
    expect(await statusOf(path, {})).toBe(200);
    expect(await statusOf(path, { authorization: 'Bearer nonsense' })).toBe(200);
  });

  it('do not change answers for unknown paths and methods', async () => {
    expect(await statusOf('/v1/nothing', {})).toBe(404);
    expect(await statusOf('/v1/sessions', {}, 'PUT')).toBe(405);
  });

  it.each([
    ['NUL', 'Bearer ggs_\u0000'],
    ['a control character', 'Bearer \u0001'],
    ['more than a header may hold', `Bearer ${'A'.repeat(20_000)}`],
    ['a line break', 'Bearer ggs_a\r\n b'],
    ['bytes that are no UTF-8', 'Bearer \u00ff\u00fe'],
  ])('handle a credential with %s', async (_, authorization) => {
    const status = await statusOf('/v1/sessions', { authorization });

    expect([400, 401, 431]).toContain(status);
    expect(await statusOf('/health/ready', {})).toBe(200);
  });

  it('refuse a request with two credentials, so that a client cannot add one to the one that a proxy has checked', async () => {
    const ask = (...credentials: readonly string[]): Promise<RawAnswer> =>
      sendBytes(
        world.url,
        [
          'GET /metrics HTTP/1.1',
          'host: x',
          'connection: close',
          ...credentials.map((credential) => `authorization: Bearer ${credential}`),
          '',
          '',
        ].join('\r\n'),
      );

    expect((await ask(caller.key)).status).toBe(200);
    expect((await ask('nonsense', caller.key)).status).toBe(400);
    expect((await ask(caller.key, 'nonsense')).status).toBe(400);
  });

  it('ignore headers in which a proxy names its caller', async () => {
    const headers = {
      'x-forwarded-user': 'operator',
      'x-forwarded-for': '127.0.0.1',
      'x-original-url': '/health/live',
      'x-rewrite-url': '/health/live',
      ...forgedProof(),
    };

    expect(await statusOf('/metrics', headers)).toBe(401);
    expect(await statusOf('/v1/sessions/unknown/typing', headers, 'POST')).toBe(401);
  });

  it('read a credential from its header only, with a case-insensitive scheme', async () => {
    expect(await statusOf(`/metrics?access_token=${caller.key}`, {})).toBe(401);
    expect(await statusOf('/metrics', { authorization: `bearer ${caller.key}` })).toBe(200);
  });
});

describe('every route of every controller', () => {
  it('declares its access rule', async () => {
    await using world = await World.start({ logOutput: new LogCapture() });
    const scanner = new MetadataScanner();
    const silent: string[] = [];
    let count = 0;
    for (const { controllers } of world.app.get(ModulesContainer).values()) {
      for (const { metatype, name } of controllers.values()) {
        const prototype = (metatype as Type<object>).prototype as Record<string, object>;
        for (const method of scanner.getAllMethodNames(prototype)) {
          const handler = prototype[method] ?? {};
          if (Reflect.getMetadata(METHOD_METADATA, handler) === undefined) continue;
          count += 1;
          const config = Reflect.getMetadata(ROUTE_CONFIG, handler) as object | undefined;
          const access = accessOf({ routeOptions: config === undefined ? {} : { config } });
          if (access === undefined) silent.push(`${String(name)}.${method}`);
        }
      }
    }

    expect(count).toBeGreaterThan(15);
    expect(silent).toEqual([]);
  });
});

describe('keys in a file', () => {
  let directory: string;
  let path: string;
  let world: World;
  const logs = new LogCapture();
  const [first, second, third] = [aCaller('billing'), aCaller('billing'), aCaller('support')];

  async function write(...callers: readonly TestCaller[]): Promise<void> {
    const next = join(directory, 'next.json');
    await writeFile(next, JSON.stringify(callers.map(({ entry }) => entry)));
    await rename(next, path);
  }

  const statuses = (): Promise<number[]> =>
    Promise.all(
      [first, second, third].map(
        async ({ headers }) => (await new ApiClient(world.url, headers).list()).status,
      ),
    );

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'guest-keys-'));
    path = join(directory, 'keys.json');
    await write(first);
    world = await World.start({ logOutput: logs, environment: { ACCESS_MODE: 'keys', API_KEYS_FILE: path } });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  it('are added, rotated and revoked without a restart', async () => {
    expect(await statuses()).toEqual([200, 401, 401]);
    await write(first, second, third);
    expect(await statuses()).toEqual([200, 200, 200]);
    await write(second);
    expect(await statuses()).toEqual([401, 200, 401]);
    await write();
    expect(await statuses()).toEqual([401, 401, 401]);
  });

  it('stay valid while the file is invalid, which is logged once', async () => {
    await write(third);
    expect(await statuses()).toEqual([401, 401, 200]);
    await writeFile(path, '[{"name":');
    expect(await statuses()).toEqual([401, 401, 200]);
    expect(await statuses()).toEqual([401, 401, 200]);
    const told = (): unknown[] =>
      logs.lines.filter(({ level, setting }) => level === 'error' && setting === 'API_KEYS_FILE');
    await until(() => told().length > 0);
    expect(told()).toHaveLength(1);

    await write(first);
    expect(await statuses()).toEqual([200, 401, 401]);
  });
});

describe('an open service', () => {
  it('warns at every start, and does not authenticate or distinguish callers', async () => {
    const logs = new LogCapture();
    await using world = await World.start({ logOutput: logs });
    const warnings = () =>
      logs.lines.filter(({ level, context }) => level === 'warn' && context === 'Access');
    expect(warnings()).toHaveLength(1);
    const conversationId = await new ApiClient(world.url).opened();
    const stranger = new ApiClient(world.url, { authorization: 'Bearer whatever' });

    expect((await stranger.get(conversationId)).status).toBe(200);
    expect((await stranger.end(conversationId)).status).toBe(200);
    expect((await stranger.request('GET', '/openapi.json')).status).toBe(200);
    await world.restart();
    expect(warnings()).toHaveLength(2);
  });
});
