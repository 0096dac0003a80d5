import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isOpenIntegrationList, type OpenIntegration } from '../../src/config/open-integration-list';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';

const ENTRY = resolve(__dirname, '../../dist/open-messaging.js');
const PATH = '/api/v2/conversations/messaging/integrations/open';
const PUBLIC_URL = 'https://guests.example.com';
const OLD = 'the-secret-before-the-rotation';
const KNOWN = { id: 'integration-1', secret: OLD, name: 'Known' };

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let genesys: GenesysSimulator;

beforeEach(async () => {
  genesys = await GenesysSimulator.start({ openMessaging: { integrations: [KNOWN], httpsOnly: true } });
});
afterEach(async () => {
  await genesys.close();
});

function run(parameters: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: run "npm run build" first.`);
  const env = {
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_API_URL: genesys.url,
    GENESYS_CLIENT_ID: 'demo-client',
    GENESYS_CLIENT_SECRET: 'demo-secret',
    ...settings,
  };
  return new Promise((resolveWith) => {
    const child = execFile(process.execPath, [ENTRY, ...parameters], { env }, (_, stdout, stderr) => {
      resolveWith({ code: child.exitCode, stdout, stderr });
    });
  });
}

function create(): Promise<Outcome> {
  return run(['create', '--name', 'Guests', '--public-url', PUBLIC_URL]);
}

function entryIn(stdout: string): OpenIntegration {
  const value: unknown = JSON.parse(/^entry {2}(.+)$/m.exec(stdout)?.[1] ?? 'null');
  if (!isOpenIntegrationList([value])) throw new Error(`There is no entry in: ${stdout}`);
  return value as OpenIntegration;
}

function settingOf(...entries: readonly OpenIntegration[]): NodeJS.ProcessEnv {
  return { GENESYS_OPEN_INTEGRATIONS: JSON.stringify(entries) };
}

function bodiesOf(method: string): unknown[] {
  return genesys.requests.find({ method, path: /integrations\/open/ }).map(({ body }) => body);
}

describe('npm run open-messaging', () => {
  it('creates an integration, shows it and changes it', async () => {
    const { code, stdout, stderr } = await create();
    const { id, secrets } = entryIn(stdout);
    const url = `${PUBLIC_URL}/v1/genesys/open-messaging/${id}`;

    expect([code, stderr]).toEqual([0, '']);
    expect(bodiesOf('POST')).toEqual([
      expect.objectContaining({ outboundNotificationWebhookSignatureSecretToken: secrets[0] }),
    ]);
    expect(bodiesOf('PATCH')).toEqual([{ name: 'Guests', outboundNotificationWebhookUrl: url }]);
    for (const step of ['inbound message flow', 'typing events', 'conversation:message:receive'])
      expect(stdout).toContain(step);

    const shown = await run(['show', '--id', id], { ...settingOf({ id, secrets }), PUBLIC_URL });
    expect(shown.code).toBe(0);
    for (const line of [`webhook     ${url}`, 'to here     yes', 'creation    Completed', 'configured  yes'])
      expect(shown.stdout).toContain(line);
    expect(shown.stdout).not.toContain(secrets[0]);

    const elsewhere = await run(['update', '--id', id, '--public-url', 'https://other.example.com/api/']);
    expect(elsewhere.code).toBe(0);
    expect(bodiesOf('PATCH').at(-1)).toEqual({
      name: 'Guests',
      outboundNotificationWebhookUrl: `https://other.example.com/api/v1/genesys/open-messaging/${id}`,
    });
    const renamed = await run(['update', '--id', id, '--name', 'Visitors']);
    expect(renamed.stdout).toContain('name        "Visitors"');

    const all = await run(['show', '--public-url', PUBLIC_URL]);
    expect(all.stdout).toContain('"Known"');
    expect(all.stdout).toContain(`to here     no, the service listens on ${url}`);
    expect(`${all.stdout}${elsewhere.stdout}${renamed.stdout}`).not.toMatch(
      new RegExp([...secrets, OLD].join('|')),
    );
  });

  it('replaces a secret after the service has got both', async () => {
    const rotate = ['rotate-secret', '--id', KNOWN.id];
    const before = settingOf({ id: KNOWN.id, secrets: [OLD] });
    const begun = await run(rotate, before);
    const entry = entryIn(begun.stdout);

    expect(begun.code).toBe(0);
    expect(entry.secrets[1]).toBe(OLD);
    expect(bodiesOf('PATCH')).toEqual([]);

    const early = await run([...rotate, '--deployed'], before);
    expect([early.code, bodiesOf('PATCH')]).toEqual([1, []]);
    expect(early.stderr).toContain('two secrets');

    const done = await run([...rotate, '--deployed'], settingOf(entry));
    expect(done.code).toBe(0);
    expect(bodiesOf('PATCH')).toEqual([
      { name: 'Known', outboundNotificationWebhookSignatureSecretToken: entry.secrets[0] },
    ]);
    expect(done.stdout).toContain('remove the second secret');
    expect(done.stdout).not.toMatch(new RegExp(entry.secrets.join('|')));
    expect((await run(rotate, settingOf(entry))).stderr).toContain('--deployed');
  });

  it('replaces a lost secret', async () => {
    const rotate = ['rotate-secret', '--id', KNOWN.id, '--lost'];
    const entry = entryIn((await run(rotate)).stdout);

    expect(entry.secrets).toHaveLength(1);
    expect((await run([...rotate, '--deployed'], settingOf(entry))).code).toBe(0);
    expect(bodiesOf('PATCH')).toEqual([
      { name: 'Known', outboundNotificationWebhookSignatureSecretToken: entry.secrets[0] },
    ]);
  });

  it('names the refusal of the platform and the permissions', async () => {
    genesys.faults.add({ match: { method: 'POST', path: PATH }, fault: { kind: 'status', status: 403 } });
    const { code, stdout, stderr } = await create();

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('403 missing.permissions');
    expect(stderr).toContain('messaging:integration:add');
    expect(stderr).not.toContain('You are missing');
  });

  it.each([[['show']], [['update', '--name', 'New']], [['rotate-secret', '--lost']]])(
    'ends with 1 for an unknown integration: %j',
    async (parameters) => {
      const { code, stdout, stderr } = await run([...parameters, '--id', 'unknown']);

      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('404 not.found');
    },
  );

  it('reports a creation that failed', async () => {
    const body = {
      id: 'new',
      name: 'Guests',
      createStatus: 'Error',
      createError: { code: 'quota.exceeded' },
    };
    genesys.faults.add({
      match: { method: 'GET', path: `${PATH}/` },
      fault: { kind: 'status', status: 200, body },
    });
    const { code, stderr } = await create();

    expect(code).toBe(1);
    expect(stderr).toContain('quota.exceeded');
    expect(bodiesOf('PATCH')).toEqual([]);
  });

  it('reports refused credentials without them', async () => {
    const secret = 'another-client-secret';
    const { code, stderr } = await run(['show'], { GENESYS_CLIENT_SECRET: secret });

    expect(code).toBe(1);
    expect(stderr).toContain('invalid client credentials');
    expect(stderr).not.toContain(secret);
  });

  it('ends with 2 without an answer in time or a connection', async () => {
    genesys.faults.add({ match: { method: 'POST', path: PATH }, fault: { kind: 'hang-before-headers' } });
    const slow = await run(['create', '--name', 'Guests', '--public-url', PUBLIC_URL], {
      UPSTREAM_TIMEOUT_MS: '500',
    });
    await genesys.close();
    const unreachable = await run(['show']);

    expect([slow.code, unreachable.code]).toEqual([2, 2]);
    expect(slow.stdout).toContain('may have been created');
    expect(unreachable.stderr).toContain('cannot be reached (ECONNREFUSED)');
  });

  it.each([
    [[]],
    [['delete']],
    [['create']],
    [['create', '--name', 'Guests']],
    [['create', '--name', ' ', '--public-url', PUBLIC_URL]],
    [['create', '--name', 'Guests', '--public-url', 'http://guests.example.com']],
    [['create', '--name', 'Guests', '--public-url', 'https://guests.example.com:8443']],
    [['update', '--id', 'x']],
    [['update', '--name', 'Guests']],
    [['rotate-secret']],
    [['rotate-secret', '--id', '../x']],
    [['show', '--deployed']],
    [['show', '--secret']],
  ])('refuses %j', async (parameters) => {
    const { code, stdout, stderr } = await run(parameters);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('npm run --silent open-messaging');
    expect(genesys.requests.total).toBe(0);
  });

  it('names missing settings', async () => {
    const { code, stderr } = await run(['show'], { GENESYS_CLIENT_ID: '' });

    expect(code).toBe(1);
    expect(stderr).toContain('GENESYS_CLIENT_ID is required');
  });
});
