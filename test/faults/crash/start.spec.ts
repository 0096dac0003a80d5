import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Script } from 'node:vm';
import { ProcessWorld } from '../../support/process-world';
import { ServiceProcess } from '../../support/service-process';
import { ServiceStorages } from '../../support/service-storage';

const BUNDLE = resolve(__dirname, '../../../dist/bundle');

describe('the bundle of the built service', () => {
  const path = resolve(BUNDLE, 'service.js');
  let source = '';

  beforeAll(() => (source = readFileSync(path, 'latin1')));

  it('has a code cache that this Node accepts', () => {
    const cachedData = readFileSync(resolve(BUNDLE, 'service.cache'));

    expect(new Script(source, { filename: path, cachedData }).cachedDataRejected).toBe(false);
  });

  it('keeps the names of classes, and the lines of this repository', () => {
    for (const line of ['let SessionService = class SessionService {', 'class OpenSessionDto {'])
      expect([line, source.includes(`\n${line}\n`)]).toEqual([line, true]);
  });

  it('runs in any folder', () => {
    expect(source.includes(resolve(BUNDLE, '../..'))).toBe(false);
  });
});

describe('a service with an invalid environment', () => {
  it('ends with code 78 and names every invalid variable, without secrets', async () => {
    const secret = 'canary-5a7c1e';
    const service = ServiceProcess.spawn({
      PORT: '70000',
      DATABASE_URL: `mysql://user:${secret}@localhost/sessions`,
      DATA_KEY: `k1:${secret}`,
      GENESYS_CLIENT_ID: '',
      GENESYS_CLIENT_SECRET: secret,
      GENESYS_LOGIN_URL: `ftp://user:${secret}@login.example`,
      CRM_WEBHOOK_URL: secret,
      SESSION_MAX_CONCURRENT: 'many',
      HEARTBEAT_MIN_INTERVAL_MS: '60000',
      SHUTDOWN_MODE: 'never',
    });

    const exit = await service.exited;

    expect(exit).toMatchObject({ code: 78, signal: null });
    const named = [...service.stderr.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b(?= )/g)].map(([name]) => name);
    expect(named).toEqual(
      expect.arrayContaining([
        'PORT',
        'DATABASE_URL',
        'DATA_KEY',
        'GENESYS_CLIENT_ID',
        'GENESYS_LOGIN_URL',
        'GENESYS_API_URL',
        'CRM_WEBHOOK_URL',
        'SESSION_MAX_CONCURRENT',
        'HEARTBEAT_MIN_INTERVAL_MS',
        'SHUTDOWN_MODE',
      ]),
    );
    expect(service.stderr + service.stdout).not.toContain(secret);
  });
});

describe('a service that cannot start', () => {
  it('names the reason in one line, without a stack', async () => {
    const storages = new ServiceStorages();
    const storage = await storages.create('SQLite');
    const world = await ProcessWorld.start(storage);
    await world.service.kill();
    const { port } = new URL(world.genesys.url);
    try {
      for (const [settings, reason] of [
        [
          { DATA_DIR: '/proc/missing/data' },
          /^Cannot open the database in \/proc\/missing\/data: ENOENT.*\n$/,
        ],
        [{ PORT: port }, /^HOST and PORT: cannot listen on 127\.0\.0\.1, port \d+: listen EADDRINUSE.*\n$/],
      ] as const) {
        const service = ServiceProcess.spawn({ ...world.environment, ...settings });

        expect(await service.exited).toMatchObject({ code: 1, signal: null });
        expect(service.stderr).toMatch(reason);
        expect(service.stdout).not.toContain('service.js');
      }
    } finally {
      await world.stop();
      await storage.remove();
      await storages.stop();
    }
  });
});

describe('a second service on the same data', () => {
  const storages = new ServiceStorages();

  afterAll(() => storages.stop());

  it('on SQLite is refused with a reason, while the first continues', async () => {
    const storage = await storages.create('SQLite');
    const world = await ProcessWorld.start(storage);
    try {
      const id = await world.api.opened();
      const second = ServiceProcess.spawn(world.environment);
      const exit = await second.exited;

      expect(exit.code).toBeGreaterThan(0);
      expect(second.stderr).not.toContain('service.js');
      expect(second.stderr).toMatch(/The data directory \S+ is in use by another process/);
      expect(await world.service.readiness()).toBe(200);
      expect((await world.api.end(id)).status).toBe(200);
      expect(world.genesys.state.conversation(id)).toMatchObject({ state: 'disconnected', disconnects: 1 });
    } finally {
      await world.stop();
      await storage.remove();
    }
  });
});
