import { newDataKey } from '../../src/config/data-key-list';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';

const SECRET = 'canary-client-secret-8c1f';
const NAME = 'Canary Guest-Name 7b2d';
const DATA_KEY = newDataKey('canary');
/** Nothing secret, and in every place that is looked through: whoever does not find it looks in vain. */
const QUEUE = 'canary-queue-51e0';
const MESSAGING = '/api/v2/conversations/messaging';

describe('credentials and names', () => {
  const caller = aCaller('canary');
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();
  const answers: string[] = [];

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      genesys: { clients: { 'demo-client': SECRET } },
      environment: {
        ...keysOf(caller),
        DATA_KEY,
        GENESYS_CLIENT_SECRET: SECRET,
        LOG_LEVEL: 'debug',
        SYNC_FIRST_RETRY_MS: '500',
        HEARTBEAT_MAX_INTERVAL_MS: '100',
        HEARTBEAT_MIN_INTERVAL_MS: '100',
      },
    });
    connect();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  function connect(): void {
    api = new ApiClient(world.url, caller.headers);
  }

  const open = (): ReturnType<ApiClient['open']> => api.open({ queueId: QUEUE, name: NAME });

  /** Everything that can go wrong around a credential, with upstreams that echo what they were sent. */
  async function liveThroughTrouble(): Promise<string> {
    const opened = await open();
    const guestToken = String(opened.body['guestIdToken']);
    const conversationId = String(opened.body['conversationId']);
    const accessToken = String(
      world.genesys.requests.find({ path: MESSAGING }).at(-1)?.headers.authorization,
    ).slice(7);
    const basic = Buffer.from(`demo-client:${SECRET}`).toString('base64');
    const echo = `${guestToken} Bearer ${accessToken} ${SECRET} ${basic} ${caller.key} ${DATA_KEY}`;
    const body = `${echo} ${NAME}`;
    const say = async (answer: ReturnType<ApiClient['open']>): Promise<void> => {
      answers.push(JSON.stringify((await answer).body));
    };
    for (const status of [400, 401, 403, 409, 500]) {
      world.genesys.faults.add({
        match: { method: 'POST', path: MESSAGING },
        fault: { kind: 'status', status, body },
      });
      await say(open());
      world.genesys.faults.clear();
    }
    world.genesys.faults.add({
      match: { path: '/oauth/token' },
      // The login is never sent a name.
      fault: { kind: 'status', status: 500, body: echo },
    });
    world.genesys.state.revokeTokens();
    await say(open());
    world.genesys.faults.clear();
    world.crm.faults.add({ fault: { kind: 'status', status: 500, body }, times: 2 });
    world.genesys.faults.add({
      match: { conversationId, bodyContains: 'heartbeatSequence' },
      fault: { kind: 'status', status: 500, body },
    });
    await until(async () => (await api.stateOf(conversationId)) === 'disconnected');
    await until(() => world.crm.eventsOf(conversationId).length === 2, 20_000);
    await say(api.request('GET', `/v1/deliveries?conversationId=${conversationId}`));
    await say(api.request('GET', '/v1/sinks'));
    await say(api.request('GET', '/v1/metrics'));
    await say(api.request('GET', '/metrics'));
    await say(api.request('POST', '/v1/sessions', { queueId: guestToken, name: 7, [guestToken]: 1 }));
    await say(api.request('POST', '/v1/sessions', { queueId: `${QUEUE} `, name: `${NAME}\u0000` }));
    world.genesys.faults.clear();
    // A name is told to whoever may read the session, and a token to nobody.
    answers.push(JSON.stringify([await api.get(conversationId), await api.list()]).replaceAll(NAME, ''));
    answers.push(JSON.stringify(await api.end(conversationId)).replaceAll(NAME, ''));
    return guestToken;
  }

  /** The bytes of every file in the data directory. */
  function files(): string {
    return storedText(world.environment['DATA_DIR'] ?? '');
  }

  async function tables(): Promise<Readonly<Record<string, string>>> {
    const { db } = world.app.get(DatabaseConnection);
    return {
      audit: JSON.stringify(await db.selectFrom('audit_record').selectAll().execute()),
      events: JSON.stringify(await db.selectFrom('session_event').selectAll().execute()),
      deliveries: JSON.stringify([
        await db.selectFrom('delivery').selectAll().execute(),
        await db.selectFrom('delivery_attempt').selectAll().execute(),
      ]),
    };
  }

  function expectNothing(canaries: readonly string[], places: Readonly<Record<string, string>>): void {
    for (const [place, text] of Object.entries(places)) {
      const found = canaries.filter((canary) => text.includes(canary));
      expect({ place, found }).toEqual({ place, found: [] });
    }
  }

  it('appear in no answer, log line, audit record, metric, CRM body or file, whatever goes wrong', async () => {
    const guestToken = await liveThroughTrouble();
    const tokens = world.genesys.requests
      .find({})
      .map(({ headers }) => headers.authorization ?? '')
      .filter((header) => header.startsWith('Bearer '))
      .map((header) => header.slice(7));
    const key = DATA_KEY.slice('canary:'.length);
    const canaries = [...new Set([guestToken, SECRET, NAME, key, caller.key, ...tokens])];
    expect(canaries.length).toBeGreaterThanOrEqual(7);

    const places = {
      answers: answers.join('\n').replaceAll(`"#/${guestToken}"`, ''),
      logs: logs.raw,
      crm: JSON.stringify(world.crm.requests.find({}).map(({ headers, body }) => [headers, body])),
      files: files(),
      ...(await tables()),
    };
    for (const [place, text] of Object.entries(places)) {
      const known = place === 'deliveries' ? '"status":"delivered"' : QUEUE;
      expect([place, text.includes(known)]).toEqual([place, true]);
    }
    expectNothing(canaries, places);

    await world.restart();
    connect();
    expectNothing(canaries, { files: files(), logs: logs.raw });
    expect((await api.request('POST', `/v1/guests/${guestRefOf(guestToken)}/erase`)).status).toBe(200);
    expectNothing(canaries, { files: files(), logs: logs.raw, ...(await tables()) });
  });

  it('are looked for where they would be found', async () => {
    // As an earlier release wrote it: the search has to see what is there.
    const { db } = world.app.get(DatabaseConnection);
    await db.updateTable('session').set({ name: NAME }).execute();

    expect(() => {
      expectNothing([NAME], { files: files() });
    }).toThrow(/Guest-Name/);
  });

  it('reach the CRM only when that is switched on, and the file not even then', async () => {
    await world.restart({ CRM_INCLUDE_GUEST_TOKEN: 'true' });
    connect();
    const { body } = await api.open();
    const guestToken = String(body['guestIdToken']);
    await until(() => world.crm.eventsOf(String(body['conversationId'])).length === 1);
    expect(world.crm.eventsOf(String(body['conversationId']))[0]?.body).toMatchObject({
      metadata: { guestIdToken: guestToken },
    });
    expectNothing([guestToken], { logs: logs.raw, files: files() });
  });
});
