import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { SessionRetention } from '../../src/privacy/session-retention';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import { verdictOnTrail } from '../support/audit-export';
import { auditTrailOf } from '../support/audit-trail';
import { aCaller, allBut, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const NAME = 'Ada Lovelace';

describe('erasing a guest', () => {
  const callers = {
    billing: aCaller('billing', ['sessions.read', 'sessions.write', 'sessions.end']),
    operator: aCaller('operator', allBut('guests.erase')),
    auditor: aCaller('auditor', ['audit.read']),
    desk: aCaller('desk', ['guests.erase']),
  };
  let world: World;
  let billing: ApiClient;
  let desk: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        ...keysOf(...Object.values(callers)),
        SYNC_FIRST_RETRY_MS: '600000',
        CRM_INCLUDE_GUEST_TOKEN: 'true',
      },
    });
    connect();
  });

  afterEach(() => {
    world.crm.faults.clear();
    world.genesys.faults.clear();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  function connect(): void {
    billing = new ApiClient(world.url, callers.billing.headers);
    desk = new ApiClient(world.url, callers.desk.headers);
  }

  const erase = (guestRef: string, api = desk): Promise<Answer> =>
    api.request('POST', `/v1/guests/${guestRef}/erase`);

  async function opened(): Promise<{ id: string; guest: string; token: string }> {
    const { body } = await billing.open({ name: NAME });
    const token = String(body['guestIdToken']);
    return { id: String(body['conversationId']), guest: guestRefOf(token), token };
  }

  async function ended(): ReturnType<typeof opened> {
    const session = await opened();
    expect((await billing.end(session.id)).status).toBe(200);
    return session;
  }

  it("removes the name and shows the time of the erasure, for a permitted caller of any owner's session", async () => {
    const { id, guest } = await ended();
    const before = await billing.get(id);

    const { status, body } = await erase(guest);

    expect([status, body]).toEqual([
      200,
      { guestRef: guest, erasedAt: expect.any(String) as string, conversationIds: [id] },
    ]);
    const after = await billing.get(id);
    expect(after.body).toEqual({
      ...before.body,
      name: '',
      erasedAt: body['erasedAt'],
      version: Number(before.body['version']) + 1,
    });
    expect(before.body).toMatchObject({ name: NAME });
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    const { items } = (await billing.list()).body as { items: { conversationId: string; name: string }[] };
    expect(items.find(({ conversationId }) => conversationId === id)?.name).toBe('');
  });

  it('keeps the audit trail valid', async () => {
    const { guest } = await ended();
    const { auditor } = callers;
    expect(await verdictOnTrail(world.url, auditor.headers)).toBe('whole');

    expect((await erase(guest)).status).toBe(200);

    expect(await verdictOnTrail(world.url, auditor.headers)).toBe('whole');
    const erased = (await auditTrailOf(world)).filter(({ action }) => action === 'GUEST_ERASED');
    expect(erased.at(-1)).toMatchObject({ actor: 'caller desk', change: 'readable > erased' });
  });

  it('is idempotent, also after a restart, and is recorded once', async () => {
    const { guest } = await ended();
    const first = await erase(guest);
    await world.restart();
    connect();
    const second = await erase(guest);

    expect([second.status, second.body]).toEqual([first.status, first.body]);
    const records = (await auditTrailOf(world)).filter(
      ({ action, detail }) => action === 'GUEST_ERASED' && detail['guestRef'] === guest,
    );
    expect(records).toEqual([
      expect.objectContaining({ conversationId: null, detail: { guestRef: guest, count: 1 } }),
    ]);
  });

  it('is refused until the session has ended', async () => {
    const { id, guest } = await opened();
    const live = await erase(guest);
    expect([live.status, live.body['code']]).toEqual([409, 'guest-session-live']);
    expect((await billing.get(id)).body).toMatchObject({ state: 'active', name: NAME });

    world.genesys.faults.add({
      match: { conversationId: id, bodyContains: 'disconnected' },
      fault: { kind: 'status', status: 500, body: '' },
    });
    expect((await billing.end(id)).status).toBe(202);
    expect((await erase(guest)).body).toMatchObject({ code: 'guest-session-live' });

    world.genesys.faults.clear();
    await until(async () => (await billing.stateOf(id)) === 'terminated');
    expect((await erase(guest)).status).toBe(200);
  });

  it('leaves only the reference of the guest in pending CRM events', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 500, body: '' } });
    const { id, guest, token } = await ended();
    await until(() => JSON.stringify(world.crm.requests.find({})).includes(id));
    expect((await erase(guest)).status).toBe(200);

    world.crm.reset();
    const operator = new ApiClient(world.url, callers.operator.headers);
    await operator.request('POST', '/v1/deliveries/replay', { conversationId: id });
    await until(() => world.crm.eventsOf(id).length === 2);

    const told = JSON.stringify(world.crm.eventsOf(id).map(({ body }) => body));
    expect(told).toContain(`"guestRef":"${guest}"`);
    expect(told).not.toContain('guestIdToken');
    expect(told).not.toContain(token);
  });

  it('is not found for an invalid or unknown reference', async () => {
    for (const guest of ['0'.repeat(32), 'x', '%00', 'A'.repeat(32), '0'.repeat(33)]) {
      const { status, body } = await erase(guest);
      expect([guest, status, body['code']]).toEqual([guest, 404, 'guest-not-found']);
    }
  });

  it('is not found once the session was removed for its age', async () => {
    const { id, guest } = await ended();
    await until(() => world.crm.eventsOf(id).length === 2);
    const { db } = world.app.get(DatabaseConnection);
    const summary = (await billing.request('GET', '/v1/metrics')).body;
    const monthAgo = Date.now() - 30 * 86_400_000;
    await db.updateTable('session').set({ ended_at: monthAgo }).where('conversation_id', '=', id).execute();
    await until(async () => {
      await world.app.get(SessionRetention).purge();
      return (await billing.get(id)).status === 404;
    });

    expect((await erase(guest)).body).toMatchObject({ code: 'guest-not-found' });
    expect((await billing.request('GET', '/v1/metrics')).body).toMatchObject({
      totalSessions: summary['totalSessions'],
    });
  });

  it('needs its scope, which no other stands for', async () => {
    const { id, guest } = await ended();
    const operator = new ApiClient(world.url, callers.operator.headers);

    expect((await erase(guest, operator)).body).toMatchObject({
      code: 'insufficient-scope',
      scope: 'guests.erase',
    });
    expect((await erase(guest, new ApiClient(world.url))).status).toBe(401);
    expect((await desk.get(id)).status).toBe(403);
    expect((await billing.get(id)).body).toMatchObject({ name: NAME });
  });
});
