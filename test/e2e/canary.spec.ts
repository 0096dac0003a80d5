import { newDataKey } from '../../src/config/data-key-list';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';

const SECRET = 'canary-client-secret-8c1f';
const NAME = 'Canary Guest-Name 7b2d';
const DATA_KEY = newDataKey('canary');
/** A text that is not secret and present in every searched place, which proves that the search works. */
const QUEUE = 'canary-queue-51e0';
const MESSAGING = '/api/v2/conversations/messaging';

describe('credentials and names', () => {
  const caller = aCaller('canary');
  let world: World;
  let logs: LogCapture;
  let answers: string[];

  beforeEach(() => {
    logs = new LogCapture();
    answers = [];
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
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
        ...environment,
      },
    });
  }

  const api = (): ApiClient => new ApiClient(world.url, caller.headers);
  const open = (): Promise<Answer> => api().open({ queueId: QUEUE, name: NAME });

  async function keep(answer: Promise<Answer>): Promise<void> {
    answers.push(JSON.stringify((await answer).body));
  }

  /** Opens a session; returns its guest token, its id, and a text with every credential that the service sends. */
  async function openedWithEcho(): Promise<{ guestToken: string; conversationId: string; echo: string }> {
    const { body } = await open();
    const guestToken = String(body['guestIdToken']);
    const sent = world.genesys.requests.find({ path: MESSAGING }).at(-1)?.headers.authorization;
    const accessToken = String(sent).slice('Bearer '.length);
    const basic = Buffer.from(`demo-client:${SECRET}`).toString('base64');
    const echo = `${guestToken} Bearer ${accessToken} ${SECRET} ${basic} ${caller.key} ${DATA_KEY}`;
    return { guestToken, conversationId: String(body['conversationId']), echo };
  }

  /** Makes openings fail at upstreams that answer with the credentials that they were sent. */
  async function failOpenings(echo: string): Promise<void> {
    for (const status of [400, 401, 403, 409, 500]) {
      world.genesys.faults.add({
        match: { method: 'POST', path: MESSAGING },
        fault: { kind: 'status', status, body: `${echo} ${NAME}` },
      });
      await keep(open());
      world.genesys.faults.clear();
    }
    world.genesys.faults.add({
      match: { path: '/oauth/token' },
      // The service never sends a name to the login.
      fault: { kind: 'status', status: 500, body: echo },
    });
    world.genesys.state.revokeTokens();
    await keep(open());
    world.genesys.faults.clear();
  }

  /** Makes the session's beats and deliveries fail in the same way, until it has ended and the CRM knows. */
  async function failBeatsAndDeliveries(conversationId: string, echo: string): Promise<void> {
    const fault = { kind: 'status', status: 500, body: `${echo} ${NAME}` } as const;
    world.crm.faults.add({ fault, times: 2 });
    world.genesys.faults.add({ match: { conversationId, bodyContains: 'heartbeatSequence' }, fault });
    await until(async () => (await api().stateOf(conversationId)) === 'disconnected');
    await until(() => world.crm.eventsOf(conversationId).length === 2, 20_000);
    world.genesys.faults.clear();
  }

  async function readEverything(conversationId: string): Promise<void> {
    await keep(api().request('GET', `/v1/deliveries?conversationId=${conversationId}`));
    await keep(api().request('GET', '/v1/sinks'));
    await keep(api().request('GET', '/v1/metrics'));
    await keep(api().request('GET', '/metrics'));
    // A permitted caller may read the name, and no caller may read the token.
    const session = [await api().get(conversationId), await api().list(), await api().end(conversationId)];
    answers.push(JSON.stringify(session).replaceAll(NAME, ''));
  }

  async function sendInvalidOpenings(guestToken: string): Promise<void> {
    await keep(api().request('POST', '/v1/sessions', { queueId: guestToken, name: 7, [guestToken]: 1 }));
    await keep(api().request('POST', '/v1/sessions', { queueId: `${QUEUE} `, name: `${NAME}\u0000` }));
  }

  /** Returns the bytes of every file in the data directory. */
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

  function accessTokens(): string[] {
    return world.genesys.requests
      .find({})
      .map(({ headers }) => headers.authorization ?? '')
      .filter((header) => header.startsWith('Bearer '))
      .map((header) => header.slice('Bearer '.length));
  }

  function expectNothing(canaries: readonly string[], places: Readonly<Record<string, string>>): void {
    for (const [place, text] of Object.entries(places)) {
      const found = canaries.filter((canary) => text.includes(canary));
      expect({ place, found }).toEqual({ place, found: [] });
    }
  }

  it('appear in no answer, log line, audit record, metric, CRM body or file after any failure', async () => {
    await start();
    const { guestToken, conversationId, echo } = await openedWithEcho();
    await failOpenings(echo);
    await failBeatsAndDeliveries(conversationId, echo);
    await sendInvalidOpenings(guestToken);
    await readEverything(conversationId);
    const key = DATA_KEY.slice('canary:'.length);
    const canaries = [...new Set([guestToken, SECRET, NAME, key, caller.key, ...accessTokens()])];
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
    expectNothing(canaries, { files: files(), logs: logs.raw });
    expect((await api().request('POST', `/v1/guests/${guestRefOf(guestToken)}/erase`)).status).toBe(200);
    expectNothing(canaries, { files: files(), logs: logs.raw, ...(await tables()) });
  });

  it('are found by the search where an earlier release stored them in plain text', async () => {
    await start();
    await open();
    const { db } = world.app.get(DatabaseConnection);
    await db.updateTable('session').set({ name: NAME }).execute();

    expect(() => {
      expectNothing([NAME], { files: files() });
    }).toThrow(/Guest-Name/);
  });

  it('reach the CRM only with CRM_INCLUDE_GUEST_TOKEN, and no log or file even then', async () => {
    await start({ CRM_INCLUDE_GUEST_TOKEN: 'true' });
    const { body } = await api().open();
    const guestToken = String(body['guestIdToken']);
    await until(() => world.crm.eventsOf(String(body['conversationId'])).length === 1);

    expect(world.crm.eventsOf(String(body['conversationId']))[0]?.body).toMatchObject({
      metadata: { guestIdToken: guestToken },
    });
    expectNothing([guestToken], { logs: logs.raw, files: files() });
  });
});
