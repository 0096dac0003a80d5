import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { aCaller, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const caller = aCaller('operator');

let world: World;
let api: ApiClient;

const CRM_SECRET = `whsec_${Buffer.from('a-secret-of-32-bytes-for-the-crm').toString('base64')}`;

beforeAll(async () => {
  world = await World.start({
    logOutput: new LogCapture(),
    webMessaging: true,
    environment: { ...keysOf(caller), CRM_WEBHOOK_SECRET: CRM_SECRET },
  });
  api = new ApiClient(world.url, caller.headers);
});
afterEach(() => {
  world.genesys.faults.clear();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const examine = (body: object = {}): ReturnType<ApiClient['request']> =>
  api.request('POST', '/v1/doctor', body);

describe('POST /v1/doctor', () => {
  it('finds no fault in a healthy deployment, reads the database in use, and tries a guest session on request', async () => {
    const { status, body } = await examine({ trySession: true });

    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: 'ok', counts: { warn: 0, fail: 0 } });
    const checks = body['checks'] as { check: string; outcome: string; message: string }[];
    for (const check of ['settings', 'data keys', 'login demo-client', 'guest session', 'crm', 'schema'])
      expect(checks).toContainEqual(expect.objectContaining({ check, outcome: 'ok' }));
    expect(checks.find(({ check }) => check === 'database')?.message).toMatch(/^SQLite \d.+ round trip/);
    expect(JSON.stringify(body)).not.toContain(CRM_SECRET);
  });

  it('names the fix of a fault, without secrets', async () => {
    world.genesys.faults.add({ match: { path: '/oauth/token' }, fault: { kind: 'status', status: 400 } });
    const { body } = await examine();

    expect(body).toMatchObject({ outcome: 'fail' });
    expect(body['checks']).toContainEqual(
      expect.objectContaining({
        check: 'login demo-client',
        outcome: 'fail',
        fix: expect.stringContaining('GENESYS_CLIENT_SECRET') as string,
      }),
    );
    expect(JSON.stringify(body)).not.toContain('demo-secret');
  });

  it('contacts neither Genesys Cloud nor the CRM when it is offline', async () => {
    const before = [world.genesys.requests.total, world.crm.requests.total];

    expect((await examine({ offline: true })).body).toMatchObject({ outcome: 'ok' });
    expect([world.genesys.requests.total, world.crm.requests.total]).toEqual(before);
  });

  it('makes one examination at a time, each with its audit record', async () => {
    const recorded = async (): Promise<number> =>
      (await auditTrailOf(world)).filter(({ action }) => action === 'DEPLOYMENT_EXAMINED').length;
    const before = await recorded();
    world.genesys.faults.add({ match: { path: '/oauth/token' }, fault: { kind: 'delay', ms: 300 } });
    const first = examine();
    await until(async () => (await recorded()) === before + 1);

    expect(await examine()).toMatchObject({ status: 429, body: { code: 'too-many-in-flight' } });
    expect((await first).status).toBe(200);
    expect((await examine({ offline: true })).status).toBe(200);
    expect(await recorded()).toBe(before + 2);
  });

  it.each([{ offline: 'yes' }, { trySession: 1 }, { fix: true }])('refuses %j', async (body) => {
    expect(await examine(body)).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
  });
});
