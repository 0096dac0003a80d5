import { DatabaseConnection } from '../../src/persistence/database.connection';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const SECRET = 'canary-client-secret-8c1f';
const MESSAGING = '/api/v2/conversations/messaging';

describe('credentials', () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();
  const answers: string[] = [];

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      genesys: { clients: { 'demo-client': SECRET } },
      environment: {
        GENESYS_CLIENT_SECRET: SECRET,
        LOG_LEVEL: 'debug',
        SYNC_FIRST_RETRY_MS: '500',
        HEARTBEAT_MAX_INTERVAL_MS: '100',
        HEARTBEAT_MIN_INTERVAL_MS: '100',
      },
    });
    api = new ApiClient(world.url);
  }, 120_000);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Everything that can go wrong around a credential, with upstreams that echo what they were sent. */
  async function liveThroughTrouble(): Promise<string> {
    const opened = await api.open();
    const guestToken = String(opened.body['guestIdToken']);
    const conversationId = String(opened.body['conversationId']);
    const accessToken = String(
      world.genesys.requests.find({ path: MESSAGING }).at(-1)?.headers.authorization,
    ).slice(7);
    const echo = `${guestToken} Bearer ${accessToken} ${SECRET} ${Buffer.from(`demo-client:${SECRET}`).toString('base64')}`;
    const say = async (answer: ReturnType<ApiClient['open']>): Promise<void> => {
      answers.push(JSON.stringify((await answer).body));
    };
    for (const status of [400, 401, 403, 409, 500]) {
      world.genesys.faults.add({
        match: { method: 'POST', path: MESSAGING },
        fault: { kind: 'status', status, body: echo },
      });
      await say(api.open());
      world.genesys.faults.clear();
    }
    world.genesys.faults.add({
      match: { path: '/oauth/token' },
      fault: { kind: 'status', status: 500, body: echo },
    });
    world.genesys.state.revokeTokens();
    await say(api.open());
    world.genesys.faults.clear();
    world.crm.faults.add({ fault: { kind: 'status', status: 500, body: echo }, times: 2 });
    world.genesys.faults.add({
      match: { conversationId, bodyContains: 'heartbeatSequence' },
      fault: { kind: 'status', status: 500, body: echo },
    });
    await until(async () => (await api.stateOf(conversationId)) === 'disconnected');
    await until(() => world.crm.eventsOf(conversationId).length === 2, 20_000);
    await say(api.get(conversationId));
    await say(api.end(conversationId));
    await say(api.list());
    await say(api.request('GET', '/v1/metrics'));
    await say(api.request('GET', '/metrics'));
    await say(api.request('POST', '/v1/sessions', { queueId: guestToken, name: 7, [guestToken]: 1 }));
    return guestToken;
  }

  it('appear in no answer, log line, audit record, metric or CRM body, whatever goes wrong', async () => {
    const guestToken = await liveThroughTrouble();
    const tokens = world.genesys.requests
      .find({})
      .map(({ headers }) => headers.authorization ?? '')
      .filter((header) => header.startsWith('Bearer '))
      .map((header) => header.slice(7));
    const canaries = [...new Set([guestToken, SECRET, ...tokens])];
    expect(canaries.length).toBeGreaterThanOrEqual(4);

    const { db } = world.app.get(DatabaseConnection);
    const places: Record<string, string> = {
      answers: answers.join('\n').replaceAll(`"#/${guestToken}"`, ''),
      logs: logs.raw,
      audit: JSON.stringify(await db.selectFrom('audit_record').selectAll().execute()),
      events: JSON.stringify(await db.selectFrom('session_event').selectAll().execute()),
      deliveries: JSON.stringify(await db.selectFrom('delivery').selectAll().execute()),
      crm: JSON.stringify(world.crm.requests.find({}).map(({ headers, body }) => [headers, body])),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length).toBeGreaterThan(100);
      const found = canaries.filter((canary) => text.includes(canary));
      expect({ place, found }).toEqual({ place, found: [] });
    }
  }, 60_000);

  it('reach the CRM only when that is switched on', async () => {
    await world.restart({ CRM_INCLUDE_GUEST_TOKEN: 'true' });
    api = new ApiClient(world.url);
    const { body } = await api.open();
    await until(() => world.crm.eventsOf(String(body['conversationId'])).length === 1);
    expect(world.crm.eventsOf(String(body['conversationId']))[0]?.body).toMatchObject({
      metadata: { guestIdToken: body['guestIdToken'] },
    });
    expect(logs.raw).not.toContain(String(body['guestIdToken']));
  });
});
