import { Logger } from '@nestjs/common';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectProxyFake } from '../../src/common/http/connect-proxy.fake';
import { BrokenHost } from '../support/broken-hosts';
import { aFault, DoctorWorld } from '../support/doctor-world';

let world: DoctorWorld;

beforeEach(async () => {
  Logger.overrideLogger(false);
  world = await DoctorWorld.start();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

describe('npm run doctor', () => {
  it('finds no fault in a healthy world, and shows no secret', async () => {
    await world.migrate();
    const { code, output } = await world.run({}, '--try-session');

    expect(output).not.toMatch(/^(warn|fail)/m);
    expect(code).toBe(0);
    for (const line of ['ok       settings', 'ok       guest session', 'ok       crm', 'ok       schema'])
      expect(output).toContain(line);
    for (const secret of world.secrets) expect(output).not.toContain(secret);
  });

  it('prints one JSON document with the exit code', async () => {
    const { code, output } = await world.run({ GENESYS_CLIENT_SECRET: 'another-secret' }, '--json');
    const report: unknown = JSON.parse(output);

    expect(code).toBe(2);
    expect(report).toMatchObject({ outcome: 'fail', exitCode: 2 });
    expect(output).not.toContain('another-secret');
  });

  it('contacts no other host with --offline', async () => {
    const { code, output } = await world.run({}, '--offline');

    expect(code).toBe(0);
    expect(output).toContain('ok       database');
    expect([world.genesys.requests.total, world.crm.requests.total]).toEqual([0, 0]);
  });

  it('refuses an unknown option', async () => {
    const { code, output } = await world.run({}, '--fix');

    expect(code).toBe(64);
    expect(output).toContain('npm run --silent doctor');
  });
});

describe('the settings', () => {
  it.each([
    [{ GENESYS_CLIENT_ID: '' }, 'GENESYS_CLIENT_ID'],
    [{ DATA_KEY: '' }, 'DATA_KEY'],
    [{ GENESYS_LOGIN_URL: '', GENESYS_API_URL: '' }, 'GENESYS_REGION'],
    [{ PORT: 'eighty' }, 'PORT'],
    [{ GENESYS_CLIENT_SECRET: '', GENESYS_CLIENT_SECRET_FILE: '/no/such/file' }, 'GENESYS_CLIENT_SECRET'],
  ])('name what is wrong: %j', async (changes, name) => {
    const findings = await world.findings(changes);

    expect(findings).toContainEqual(aFault('fail', 'settings', name, name));
    expect(findings.at(-1)).toMatchObject({ check: 'all others', outcome: 'skipped' });
    expect(world.genesys.requests.total).toBe(0);
  });
});

describe('the hosts', () => {
  it('names the setting of a host without an address', async () => {
    const findings = await world.findings({ GENESYS_LOGIN_URL: 'https://login.nowhere.invalid' });

    expect(findings).toContainEqual(
      aFault('fail', 'name login', 'login.nowhere.invalid', 'GENESYS_LOGIN_URL'),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'login demo-client',
        outcome: 'skipped',
        message: 'needs: connection login',
      }),
    );
  });

  it('names the region where no URL overrides it', async () => {
    const changes = { GENESYS_REGION: 'nowhere.invalid', GENESYS_LOGIN_URL: '', GENESYS_API_URL: '' };

    expect(await world.findings(changes)).toContainEqual(
      aFault('fail', 'name api', 'api.nowhere.invalid', 'GENESYS_REGION'),
    );
  });

  it.each([
    ['a port that refuses', () => BrokenHost.refusedPort(), 'ECONNREFUSED', 'GENESYS_API_URL'],
    [
      'a certificate that is not trusted',
      () => BrokenHost.selfSigned(),
      'not trusted',
      'NODE_EXTRA_CA_CERTS',
    ],
    ['another protocol', () => BrokenHost.anotherProtocol('https'), 'does not speak TLS', 'GENESYS_API_URL'],
  ])('tells %s', async (_, start, message, fix) => {
    await using host = await start();

    expect(await world.faults({ GENESYS_API_URL: host.url })).toContainEqual(
      aFault('fail', 'connection api', message, fix),
    );
  });

  it('tells a certificate for another name', async () => {
    await using host = await BrokenHost.selfSigned();
    const certificate = join(world.dataDir, 'ca.pem');
    await writeFile(certificate, host.certificate);
    const changes = {
      GENESYS_API_URL: host.url.replace('127.0.0.1', 'localhost'),
      NODE_EXTRA_CA_CERTS: certificate,
    };
    const { code, output } = await world.run(changes);

    expect(code).toBe(2);
    expect(output).toMatch(
      /^fail +connection api +.+ is for another name .+\n +fix: Correct GENESYS_API_URL/m,
    );
  });

  it('warns of a service that needs no credential', async () => {
    expect(await world.faults({ ACCESS_MODE: 'open' })).toEqual([
      aFault('warn', 'access', 'every program', 'ACCESS_MODE=keys'),
    ]);
  });

  it('tells a proxy that cannot be reached', async () => {
    await using proxy = await BrokenHost.refusedPort();
    const faults = await world.faults({ HTTP_PROXY: proxy.url });

    expect(faults).toEqual([aFault('fail', 'proxy', 'ECONNREFUSED', 'HTTP_PROXY')]);
    expect(await world.findings({ HTTP_PROXY: proxy.url })).toContainEqual(
      expect.objectContaining({ check: 'connection login', outcome: 'skipped', message: 'needs: proxy' }),
    );
  });

  it('goes through a proxy that works', async () => {
    await using proxy = await ConnectProxyFake.start();

    expect(await world.faults({ HTTP_PROXY: proxy.url() })).toEqual([]);
    expect(proxy.targets).not.toEqual([]);
  });

  it('tells a proxy that refuses its credentials, and shows none', async () => {
    await using proxy = await ConnectProxyFake.start('operator:right-password');
    const faults = await world.faults({ HTTP_PROXY: proxy.url('operator:wrong-password') });

    expect(faults).toContainEqual(aFault('fail', 'connection login', 'status 407', 'HTTP_PROXY'));
    expect(JSON.stringify(faults)).not.toContain('-password');
  });

  it('goes around a proxy for the hosts of NO_PROXY', async () => {
    await using proxy = await BrokenHost.refusedPort();

    expect(await world.faults({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' })).toEqual([]);
  });

  it.each([
    [30_000, 'warn'],
    [600_000, 'fail'],
  ] as const)('compares the clock with the login: %d ms', async (skewMs, outcome) => {
    const date = new Date(Date.now() - skewMs).toUTCString();
    world.genesys.faults.add({
      match: { method: 'GET', path: '/oauth/token' },
      fault: { kind: 'status', status: 405, headers: { date } },
    });

    expect(await world.faults()).toEqual([aFault(outcome, 'clock', 'ahead of', 'NTP')]);
  });
});

describe('the OAuth client', () => {
  it.each([
    [{ GENESYS_CLIENT_SECRET: 'another-secret' }, 'demo-client'],
    [{ GENESYS_CLIENT_ID: 'b3a1c7de-0000-4000-8000-0123456789ab' }, 'b3a1c7de-0000-4000-8000-0123456789ab'],
  ])('is refused: %j', async (changes, id) => {
    const faults = await world.faults({ ...changes, GENESYS_OPEN_INTEGRATIONS: '' });

    expect(faults).toEqual([aFault('fail', `login ${id}`, 'does not accept', 'GENESYS_CLIENT_SECRET')]);
    expect(faults[0]?.fix).toContain('GENESYS_CLIENT_ID');
  });

  it('meets a host that is no login', async () => {
    expect(await world.faults({ GENESYS_LOGIN_URL: world.crm.origin })).toContainEqual(
      aFault('fail', 'login demo-client', 'no login of Genesys Cloud', 'GENESYS_LOGIN_URL'),
    );
  });

  it('has a token that the API refuses', async () => {
    world.genesys.faults.add({ match: { path: '/api/v2/' }, fault: { kind: 'status', status: 401 } });

    expect(await world.faults()).toContainEqual(
      aFault('fail', 'permissions demo-client', '401', 'GENESYS_API_URL'),
    );
  });

  it('lacks a permission, which the platform names', async () => {
    const body = { code: 'missing.any.permissions', message: 'Missing: [conversation:message:view]' };
    world.genesys.faults.add({ match: { path: '/details$' }, fault: { kind: 'status', status: 403, body } });

    expect(await world.faults()).toContainEqual(
      aFault('fail', 'permissions demo-client', 'lacks conversation:message:view', 'Roles'),
    );
  });

  it('lacks a permission, which the platform does not name', async () => {
    world.genesys.faults.add({
      match: { path: '/analytics/' },
      fault: { kind: 'status', status: 403, body: '' },
    });

    expect(await world.faults()).toEqual([
      aFault(
        'fail',
        'permissions demo-client',
        'analytics:conversationDetail:view',
        'analytics:conversationDetail:view',
      ),
    ]);
  });

  it('has a lower rate limit than the settings', async () => {
    world.genesys.state.requestsPerMinute = 300;

    expect(await world.faults({ GENESYS_REQUESTS_PER_MINUTE: '5000' })).toEqual([
      aFault('warn', 'rate limit demo-client', 'fewer than the 5000', 'GENESYS_REQUESTS_PER_MINUTE=300'),
    ]);
  });

  it('gets no answer of the login in time', async () => {
    await using host = await BrokenHost.blackHole();

    expect(await world.faults({ GENESYS_LOGIN_URL: host.url, UPSTREAM_TIMEOUT_MS: '300' })).toContainEqual(
      aFault('fail', 'login demo-client', 'timed out', 'status page'),
    );
  });
});
