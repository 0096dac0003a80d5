import { Logger } from '@nestjs/common';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { examine } from '../../src/doctor/examine';
import type { ReportedFinding } from '../../src/doctor/finding';
import { OPEN_INTEGRATION, openMessagingEnvironment } from '../../src/open-messaging-environment';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { DEMO_DEPLOYMENT_ID } from '../../src/simulator/web-messaging/deployment';
import { webMessagingEnvironment } from '../../src/web-messaging-environment';
import { BrokenHost } from '../support/broken-hosts';
import { administrate, createDatabase, databaseAt, testServerUrl } from '../support/postgres';

type Settings = Readonly<Record<string, string>>;

const ENTRY = resolve(__dirname, '../../dist/doctor.js');
const CLIENT_SECRET = 'demo-secret';
const CRM_SECRET = `whsec_${Buffer.from('a-secret-of-32-bytes-for-the-crm').toString('base64')}`;
const DATA_KEY = newDataKey('k1');
const ALL = { isOffline: false, triesSession: true };

let genesys: GenesysSimulator;
let crm: CrmSimulator;
let dataDir: string;

beforeEach(async () => {
  Logger.overrideLogger(false);
  genesys = await GenesysSimulator.start({ openMessaging: { integrations: [OPEN_INTEGRATION] } });
  crm = await CrmSimulator.start();
  genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, crm.url);
  dataDir = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(async () => {
  await genesys.close();
  await crm.close();
  await rm(dataDir, { recursive: true, force: true });
});

function healthy(): Record<string, string> {
  return {
    ACCESS_MODE: 'open',
    DATA_DIR: dataDir,
    DATA_KEY,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_API_URL: genesys.url,
    GENESYS_CLIENT_ID: 'demo-client',
    GENESYS_CLIENT_SECRET: CLIENT_SECRET,
    ...webMessagingEnvironment(genesys.url),
    ...openMessagingEnvironment(),
    GENESYS_NOTIFICATION_CHANNELS: '1',
    CRM_WEBHOOK_URL: crm.url,
    CRM_WEBHOOK_SECRET: CRM_SECRET,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
  };
}

async function findingsOf(changes: NodeJS.ProcessEnv = {}): Promise<readonly ReportedFinding[]> {
  const { findings } = await examine({ ...healthy(), ...changes }, ALL, new AbortController().signal);
  return findings;
}

/** The lines with warnings and failures. */
async function faultsOf(changes: NodeJS.ProcessEnv = {}): Promise<readonly ReportedFinding[]> {
  return (await findingsOf(changes)).filter(({ outcome }) => outcome === 'warn' || outcome === 'fail');
}

/** Expects one fault, and returns it. */
async function faultOf(changes: NodeJS.ProcessEnv = {}): Promise<ReportedFinding> {
  const faults = await faultsOf(changes);
  expect(faults).toHaveLength(1);
  return faults[0] as ReportedFinding;
}

function fault(outcome: 'warn' | 'fail', check: string, message: string, fix: string): object {
  return {
    outcome,
    check,
    message: expect.stringContaining(message) as string,
    fix: expect.stringContaining(fix) as string,
  };
}

/** A database with the schema of this release and the data key in use. */
async function migrated(key = DATA_KEY): Promise<void> {
  const config = new StorageConfig({ DATA_DIR: dataDir, DATA_KEY: [key] });
  const connection = await DatabaseConnection.open(config);
  await connection.close();
}

function run(
  settings: Settings,
  ...options: readonly string[]
): Promise<{ code: number | null; output: string }> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: run "npm run build" first.`);
  return new Promise((resolveWith) => {
    const child = execFile(process.execPath, [ENTRY, ...options], { env: settings }, (_, stdout, stderr) => {
      resolveWith({ code: child.exitCode, output: stdout + stderr });
    });
  });
}

describe('npm run doctor', () => {
  it('finds no fault in a healthy world, and shows no secret', async () => {
    await migrated();
    const { code, output } = await run(healthy(), '--try-session');

    expect(output).not.toMatch(/^(warn|fail)/m);
    expect(code).toBe(0);
    for (const line of ['ok       settings', 'ok       guest session', 'ok       crm', 'ok       schema'])
      expect(output).toContain(line);
    for (const secret of [
      CLIENT_SECRET,
      CRM_SECRET,
      DATA_KEY,
      DATA_KEY.split(':')[1] ?? '',
      OPEN_INTEGRATION.secret,
    ])
      expect(output).not.toContain(secret);
  });

  it('prints one JSON document with the exit code', async () => {
    const { code, output } = await run({ ...healthy(), GENESYS_CLIENT_SECRET: 'another-secret' }, '--json');
    const report: unknown = JSON.parse(output);

    expect(code).toBe(2);
    expect(report).toMatchObject({ outcome: 'fail', exitCode: 2 });
    expect(output).not.toContain('another-secret');
  });

  it('contacts no other host with --offline', async () => {
    const { code, output } = await run(healthy(), '--offline');

    expect(code).toBe(0);
    expect(output).toContain('ok       database');
    expect([genesys.requests.total, crm.requests.total]).toEqual([0, 0]);
  });

  it('refuses an unknown option', async () => {
    const { code, output } = await run(healthy(), '--fix');

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
    const findings = await findingsOf(changes);

    expect(findings).toContainEqual(fault('fail', 'settings', name, name));
    expect(findings.at(-1)).toMatchObject({ check: 'all others', outcome: 'skipped' });
    expect(genesys.requests.total).toBe(0);
  });
});

describe('the hosts', () => {
  it('names the setting of a host without an address', async () => {
    const findings = await findingsOf({ GENESYS_LOGIN_URL: 'https://login.nowhere.invalid' });

    expect(findings).toContainEqual(
      fault('fail', 'name login', 'login.nowhere.invalid', 'GENESYS_LOGIN_URL'),
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

    expect(await findingsOf(changes)).toContainEqual(
      fault('fail', 'name api', 'api.nowhere.invalid', 'GENESYS_REGION'),
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

    expect(await faultsOf({ GENESYS_API_URL: host.url })).toContainEqual(
      fault('fail', 'connection api', message, fix),
    );
  });

  it('tells a certificate for another name', async () => {
    await using host = await BrokenHost.selfSigned();
    const certificate = join(dataDir, 'ca.pem');
    await writeFile(certificate, host.certificate);
    const changes = {
      GENESYS_API_URL: host.url.replace('127.0.0.1', 'localhost'),
      NODE_EXTRA_CA_CERTS: certificate,
    };
    const { code, output } = await run({ ...healthy(), ...changes });

    expect(code).toBe(2);
    expect(output).toMatch(
      /^fail +connection api +.+ is for another name .+\n +fix: Correct GENESYS_API_URL/m,
    );
  });

  it('tells a proxy that cannot be reached', async () => {
    await using proxy = await BrokenHost.refusedPort();
    const faults = await faultsOf({ HTTP_PROXY: proxy.url });

    expect(faults).toContainEqual(fault('fail', 'proxy', 'ECONNREFUSED', 'HTTP_PROXY'));
    expect(faults).toContainEqual(fault('fail', 'connection login', 'proxy', 'HTTP_PROXY'));
  });

  it('goes around a proxy for the hosts of NO_PROXY', async () => {
    await using proxy = await BrokenHost.refusedPort();

    expect(await faultsOf({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' })).toEqual([]);
  });

  it.each([
    [30_000, 'warn'],
    [600_000, 'fail'],
  ] as const)('compares the clock with the login: %d ms', async (skewMs, outcome) => {
    const date = new Date(Date.now() - skewMs).toUTCString();
    genesys.faults.add({
      match: { method: 'GET', path: '/oauth/token' },
      fault: { kind: 'status', status: 405, headers: { date } },
    });

    expect(await faultOf()).toEqual(fault(outcome, 'clock', 'ahead of', 'NTP'));
  });
});

describe('the OAuth client', () => {
  it.each([
    [{ GENESYS_CLIENT_SECRET: 'another-secret' }, 'demo-client'],
    [{ GENESYS_CLIENT_ID: 'b3a1c7de-0000-4000-8000-0123456789ab' }, 'b3a1c7de-0000-4000-8000-0123456789ab'],
  ])('is refused: %j', async (changes, id) => {
    const finding = await faultOf({ ...changes, GENESYS_OPEN_INTEGRATIONS: '' });

    expect(finding).toEqual(fault('fail', `login ${id}`, 'does not accept', 'GENESYS_CLIENT_SECRET'));
    expect(finding.fix).toContain('GENESYS_CLIENT_ID');
  });

  it('meets a host that is no login', async () => {
    expect(await faultsOf({ GENESYS_LOGIN_URL: crm.origin })).toContainEqual(
      fault('fail', 'login demo-client', 'no login of Genesys Cloud', 'GENESYS_LOGIN_URL'),
    );
  });

  it('has a token that the API refuses', async () => {
    genesys.faults.add({ match: { path: '/api/v2/' }, fault: { kind: 'status', status: 401 } });

    expect(await faultsOf()).toContainEqual(
      fault('fail', 'permissions demo-client', '401', 'GENESYS_API_URL'),
    );
  });

  it('lacks a permission, which the platform names', async () => {
    const body = { code: 'missing.any.permissions', message: 'Missing: [conversation:message:view]' };
    genesys.faults.add({ match: { path: '/details$' }, fault: { kind: 'status', status: 403, body } });

    expect(await faultsOf()).toContainEqual(
      fault('fail', 'permissions demo-client', 'lacks conversation:message:view', 'Roles'),
    );
  });

  it('lacks a permission, which the platform does not name', async () => {
    genesys.faults.add({ match: { path: '/analytics/' }, fault: { kind: 'status', status: 403, body: '' } });

    expect(await faultOf()).toEqual(
      fault(
        'fail',
        'permissions demo-client',
        'analytics:conversationDetail:view',
        'analytics:conversationDetail:view',
      ),
    );
  });

  it('has a lower rate limit than the settings', async () => {
    genesys.state.requestsPerMinute = 300;

    expect(await faultOf({ GENESYS_REQUESTS_PER_MINUTE: '5000' })).toEqual(
      fault('warn', 'rate limit demo-client', 'fewer than the 5000', 'GENESYS_REQUESTS_PER_MINUTE=300'),
    );
  });

  it('gets no answer of the login in time', async () => {
    await using host = await BrokenHost.blackHole();

    expect(await faultsOf({ GENESYS_LOGIN_URL: host.url, UPSTREAM_TIMEOUT_MS: '300' })).toContainEqual(
      fault('fail', 'login demo-client', 'timed out', 'status page'),
    );
  });
});

describe('the deployment', () => {
  async function restart(options: object): Promise<void> {
    await genesys.close();
    genesys = await GenesysSimulator.start({
      openMessaging: { integrations: [OPEN_INTEGRATION] },
      webMessaging: { deployments: [{ id: DEMO_DEPLOYMENT_ID, ...options }] },
    });
    genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, crm.url);
  }

  it('does not exist', async () => {
    expect(await faultOf({ GENESYS_DEPLOYMENT_ID: 'unknown' })).toEqual(
      fault('fail', 'deployment', 'no deployment unknown', 'GENESYS_DEPLOYMENT_ID'),
    );
  });

  it.each([
    [{ status: 'Inactive' }, 'fail', 'inactive', 'GENESYS_DEPLOYMENT_ID'],
    [{ allowedDomains: ['other.example'] }, 'fail', 'does not allow https://shop.example', 'GENESYS_ORIGIN'],
    [
      { conversationDisconnect: { enabled: false, type: 'Send' } },
      'warn',
      'Conversation Disconnect',
      'Configurations',
    ],
    [
      { auth: { enabled: true, allowSessionUpgrade: false } },
      'warn',
      'authenticate',
      'GENESYS_DEPLOYMENT_ID',
    ],
  ] as const)('is set up otherwise: %j', async (options, outcome, message, fix) => {
    await restart(options);

    expect(await faultsOf()).toContainEqual(fault(outcome, 'deployment', message, fix));
  });

  it('opens and closes a guest session without a conversation', async () => {
    const findings = await findingsOf();

    expect(findings).toContainEqual(expect.objectContaining({ check: 'guest session', outcome: 'ok' }));
    expect([...genesys.webMessaging.registry.records()]).toEqual([]);
  });

  it('refuses the guest WebSocket', async () => {
    genesys.faults.add({ match: { path: '/v1$' }, fault: { kind: 'status', status: 403 } });

    expect(await faultOf()).toEqual(fault('fail', 'guest session', '403', 'GENESYS_ORIGIN'));
  });
});

describe('the integration of Open Messaging', () => {
  const CHECK = `integration ${OPEN_INTEGRATION.id}`;
  const PATH = '/messaging/integrations/open/';

  it('does not exist', async () => {
    const GENESYS_OPEN_INTEGRATIONS = JSON.stringify([{ id: 'unknown', secrets: ['a-secret-of-16-chars'] }]);

    expect(await faultOf({ GENESYS_OPEN_INTEGRATIONS })).toEqual(
      fault('fail', 'integration unknown', 'no such integration', 'GENESYS_OPEN_INTEGRATIONS'),
    );
  });

  it('is not created', async () => {
    const body = {
      id: OPEN_INTEGRATION.id,
      name: 'x',
      createStatus: 'Error',
      createError: { code: 'quota.exceeded' },
    };
    genesys.faults.add({ match: { path: PATH }, fault: { kind: 'status', status: 200, body } });

    expect(await faultOf()).toEqual(fault('fail', CHECK, 'quota.exceeded', 'GENESYS_OPEN_INTEGRATIONS'));
  });

  it('cannot be read without the permission', async () => {
    genesys.faults.add({ match: { path: PATH }, fault: { kind: 'status', status: 403 } });

    expect(await faultOf()).toEqual(fault('warn', CHECK, '403', 'messaging:integration:view'));
  });

  it('sends its webhooks elsewhere', async () => {
    expect(await faultOf({ PUBLIC_URL: 'https://guests.example.com' })).toEqual(
      fault('fail', CHECK, 'not to PUBLIC_URL', 'PUBLIC_URL'),
    );
  });

  it('has a webhook that does not answer', async () => {
    await using host = await BrokenHost.refusedPort();
    genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, `${host.url}/webhook`);

    expect(await faultOf()).toEqual(fault('warn', CHECK, 'ECONNREFUSED', 'PUBLIC_URL'));
  });
});

describe('the CRM', () => {
  it('gets one signed test event', async () => {
    await findingsOf();

    expect(crm.received).toHaveLength(1);
    expect(crm.requests.find({ method: 'POST' })[0]?.headers).toHaveProperty('webhook-signature');
  });

  it.each([
    [{ kind: 'status', status: 500 }, 'status 500', 'CRM_WEBHOOK_URL'],
    [{ kind: 'status', status: 401 }, 'status 401', 'CRM_WEBHOOK_SECRET'],
    [{ kind: 'redirect', location: 'https://elsewhere.example/' }, 'status 302', 'CRM_WEBHOOK_URL'],
    [{ kind: 'hang-up' }, 'gives no answer', 'CRM_WEBHOOK_URL'],
  ] as const)('does not accept it: %j', async (kind, message, fix) => {
    crm.faults.add({ match: { method: 'POST' }, fault: kind });

    expect(await faultOf()).toEqual(fault('fail', 'crm', message, fix));
  });

  it.each([
    [{ CRM_WEBHOOK_URL: 'https://crm.nowhere.invalid/' }, 'fail', 'no connection', 'CRM_WEBHOOK_URL'],
    [
      { CRM_WEBHOOK_ALLOW_PRIVATE: 'false', CRM_WEBHOOK_URL: 'https://127.0.0.1:9/' },
      'fail',
      'no public address',
      'CRM_WEBHOOK_ALLOW_PRIVATE',
    ],
    [{ CRM_WEBHOOK_SECRET: '' }, 'warn', 'not signed', 'CRM_WEBHOOK_SECRET'],
  ] as const)('is not reached or not trusted: %j', async (changes, outcome, message, fix) => {
    expect(await faultOf(changes)).toEqual(fault(outcome, 'crm', message, fix));
  });
});

describe('the database', () => {
  it('has data of another key under the same id', async () => {
    await migrated(newDataKey('k1'));

    expect(await faultOf()).toEqual(fault('fail', 'data keys', 'k1', 'DATA_KEY'));
  });

  it('has data of a key that is missing', async () => {
    await migrated();
    const file = new SqliteFile(join(dataDir, 'guest-sessions.db'));
    file.exec(`insert into passing_batch (id, source, number, at, body) values ('1', '', 1, 0, 'enc:k1:x')`);
    file.close();

    expect(await faultOf({ DATA_KEY: newDataKey('k2') })).toEqual(
      fault('fail', 'data keys', 'lacks the key k1', 'DATA_KEY'),
    );
  });

  it('has the schema of a newer release', async () => {
    const config = new StorageConfig({ DATA_DIR: dataDir, DATA_KEY: [DATA_KEY] });
    const connection = await DatabaseConnection.open(config);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-of-tomorrow', '')`.execute(
      connection.db,
    );
    await connection.close();

    expect(await faultOf()).toEqual(fault('fail', 'schema', '9999-of-tomorrow', 'DATA_DIR'));
  });

  it('is away', async () => {
    await using host = await BrokenHost.refusedPort();
    const DATABASE_URL = `postgres://user:pass-of-the-database@${new URL(host.url).host}/guests`;
    const finding = await faultOf({ DATABASE_URL });

    expect(finding).toEqual(fault('fail', 'database', 'ECONNREFUSED', 'DATABASE_URL'));
    expect(JSON.stringify(finding)).not.toContain('pass-of-the-database');
  });

  it('cannot be written to its folder', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');

    expect(await faultOf({ DATA_DIR: join(file, 'data') })).toEqual(
      fault('fail', 'database', 'ENOTDIR', 'DATA_DIR'),
    );
  });

  it('is a server that confirms commits before they are durable', async () => {
    const database = await createDatabase();
    await administrate(
      database.url,
      `alter database ${databaseAt(database.url)} set synchronous_commit = off`,
    );
    const findings = await findingsOf({ DATABASE_URL: database.url });
    await database.drop();

    expect(findings).toContainEqual(
      fault('fail', 'database', 'synchronous_commit is off', 'synchronous_commit'),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'database',
        message: expect.stringMatching(/^PostgreSQL \d+.+round trip/),
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'schema', message: expect.stringContaining('empty') }),
    );
  });

  it('is a server without the database', async () => {
    const url = new URL(testServerUrl());
    url.pathname = '/no_such_database';

    expect(await faultsOf({ DATABASE_URL: url.href })).toContainEqual(
      fault('fail', 'database', '3D000', 'DATABASE_URL'),
    );
  });

  it('is in use by the service', async () => {
    const config = new StorageConfig({ DATA_DIR: dataDir, DATA_KEY: [DATA_KEY] });
    const connection = await DatabaseConnection.open(config);
    const findings = await findingsOf();
    await connection.close();

    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'database',
        outcome: 'ok',
        message: expect.stringContaining('in use'),
      }),
    );
  });

  it('is left as it is', async () => {
    await findingsOf();
    const { code } = await run(healthy(), '--offline');

    expect(code).toBe(0);
    expect(existsSync(join(dataDir, 'guest-sessions.db'))).toBe(false);
  });
});
