import { Logger } from '@nestjs/common';
import { OPEN_INTEGRATION } from '../../src/open-messaging-environment';
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

describe('the deployment', () => {
  it('does not exist', async () => {
    expect(await world.faults({ GENESYS_DEPLOYMENT_ID: 'unknown' })).toEqual([
      aFault('fail', 'deployment', 'no deployment unknown', 'GENESYS_DEPLOYMENT_ID'),
    ]);
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
    await using other = await DoctorWorld.start(options);

    expect(await other.faults()).toContainEqual(aFault(outcome, 'deployment', message, fix));
  });

  it('opens and closes a guest session without a conversation', async () => {
    const findings = await world.findings();

    expect(findings).toContainEqual(expect.objectContaining({ check: 'guest session', outcome: 'ok' }));
    expect([...world.genesys.webMessaging.registry.records()]).toEqual([]);
  });

  it('allows no files', async () => {
    await using other = await DoctorWorld.start({ fileUpload: { enableAttachments: false, modes: [] } });

    expect(await other.findings()).toContainEqual(
      expect.objectContaining({ check: 'guest session', message: expect.stringContaining('no files') }),
    );
  });

  it('refuses the guest WebSocket', async () => {
    world.genesys.faults.add({ match: { path: '/v1$' }, fault: { kind: 'status', status: 403 } });

    expect(await world.faults()).toEqual([aFault('fail', 'guest session', '403', 'GENESYS_ORIGIN')]);
  });
});

describe('the integration of Open Messaging', () => {
  const CHECK = `integration ${OPEN_INTEGRATION.id}`;
  const PATH = '/messaging/integrations/open/';

  it('does not exist', async () => {
    const GENESYS_OPEN_INTEGRATIONS = JSON.stringify([{ id: 'unknown', secrets: ['a-secret-of-16-chars'] }]);

    expect(await world.faults({ GENESYS_OPEN_INTEGRATIONS })).toEqual([
      aFault('fail', 'integration unknown', 'no such integration', 'GENESYS_OPEN_INTEGRATIONS'),
    ]);
  });

  it('is not created', async () => {
    const body = {
      id: OPEN_INTEGRATION.id,
      name: 'x',
      createStatus: 'Error',
      createError: { code: 'quota.exceeded' },
    };
    world.genesys.faults.add({ match: { path: PATH }, fault: { kind: 'status', status: 200, body } });

    expect(await world.faults()).toEqual([
      aFault('fail', CHECK, 'quota.exceeded', 'GENESYS_OPEN_INTEGRATIONS'),
    ]);
  });

  it('cannot be read without the permission', async () => {
    world.genesys.faults.add({ match: { path: PATH }, fault: { kind: 'status', status: 403 } });

    expect(await world.faults()).toEqual([aFault('warn', CHECK, '403', 'messaging:integration:view')]);
  });

  it('sends its webhooks elsewhere', async () => {
    expect(await world.faults({ PUBLIC_URL: 'https://guests.example.com' })).toEqual([
      aFault('fail', CHECK, 'not to PUBLIC_URL', 'PUBLIC_URL'),
    ]);
  });

  it('has a webhook that does not answer', async () => {
    await using host = await BrokenHost.refusedPort();
    world.genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, `${host.url}/webhook`);

    expect(await world.faults()).toEqual([aFault('warn', CHECK, 'ECONNREFUSED', 'PUBLIC_URL')]);
  });
});

describe('the CRM', () => {
  it('gets one signed test event', async () => {
    await world.findings();

    expect(world.crm.received).toHaveLength(1);
    expect(world.crm.requests.find({ method: 'POST' })[0]?.headers).toHaveProperty('webhook-signature');
  });

  it.each([
    [{ kind: 'status', status: 500 }, 'status 500', 'CRM_WEBHOOK_URL'],
    [{ kind: 'status', status: 401 }, 'status 401', 'CRM_WEBHOOK_SECRET'],
    [{ kind: 'redirect', location: 'https://elsewhere.example/' }, 'status 302', 'CRM_WEBHOOK_URL'],
    [{ kind: 'hang-up' }, 'gives no answer', 'CRM_WEBHOOK_URL'],
  ] as const)('does not accept it: %j', async (kind, message, fix) => {
    world.crm.faults.add({ match: { method: 'POST' }, fault: kind });

    expect(await world.faults()).toEqual([aFault('fail', 'crm', message, fix)]);
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
    expect(await world.faults(changes)).toEqual([aFault(outcome, 'crm', message, fix)]);
  });
});
