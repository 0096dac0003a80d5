import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';

const REDIRECT = 'https://shop.example/signed-in';
const EXCHANGE = '/api/v2/webdeployments/token/oauthcodegrantjwtexchange';
const REFRESH = '/api/v2/webdeployments/token/refresh';

describe('a guest that authenticates', () => {
  const logs = new LogCapture();
  const answers: string[] = [];
  let offsetMs = 0;
  let people = 0;
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      webMessaging: true,
      genesys: { now: () => Date.now() + offsetMs, journalSize: 10_000 },
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        LOG_LEVEL: 'debug',
        HEARTBEAT_MAX_INTERVAL_MS: '1000',
        HEARTBEAT_MIN_INTERVAL_MS: '200',
      },
    });
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Makes the login of a different user each time: the platform allows one session for each user. */
  function login(): { authCode: string; redirectUri: string; codeVerifier: string; maxAge: number } {
    people += 1;
    return {
      authCode: `jane.doe${people}:canary-code-4e1b`,
      redirectUri: REDIRECT,
      codeVerifier: 'v',
      maxAge: 60,
    };
  }

  function kept(answer: Answer): Answer {
    const { guestIdToken, ...rest } = answer.body;
    answers.push(JSON.stringify(rest), typeof guestIdToken);
    return answer;
  }

  async function opened(authentication?: object): Promise<{ id: string; guest: GuestSession }> {
    const answer = kept(await api.open(authentication === undefined ? {} : { authentication }));
    expect([answer.status, answer.body['authenticated']]).toEqual([201, authentication !== undefined]);
    const guest = world.genesys.webMessaging.session(String(answer.body['guestIdToken']));
    if (guest === undefined) throw new Error('The guest is not known upstream.');
    return { id: String(answer.body['conversationId']), guest };
  }

  async function asked(method: 'PUT' | 'DELETE', id: string, body?: object): Promise<Answer> {
    return kept(await api.request(method, `/v1/sessions/${id}/authentication`, body));
  }

  const session = async (id: string): Promise<Answer['body']> => kept(await api.get(id)).body;

  const isLive = (guest: GuestSession, configures: number): Promise<void> =>
    until(() => guest.configures >= configures && guest.connections.size === 1);

  it('is authenticated from the first frame on', async () => {
    const { id, guest } = await opened(login());

    expect(await session(id)).toMatchObject({ state: 'active', authenticated: true });
    expect(guest.user).toMatchObject({ firstName: 'Jane' });
    expect([guest.sessions, guest.configures]).toEqual([1, 1]);
    await api.end(id);
    expect(await session(id)).toMatchObject({ state: 'terminated', authenticated: true });
  });

  it('may use an ID token', async () => {
    const claims = { sub: 'u-1', given_name: 'Max', family_name: 'Muster' };
    const idToken = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const { id, guest } = await opened({ idToken, nonce: 'n' });

    expect(guest.user).toMatchObject({ firstName: 'Max' });
    await api.end(id);
  });

  it('stays authenticated after a restart, without another login', async () => {
    const { id, guest } = await opened(login());
    const exchanges = world.genesys.requests.find({ path: EXCHANGE }).length;
    await world.restart();
    api = new ApiClient(world.url);

    await isLive(guest, 2);

    expect([guest.sessions, guest.user?.firstName]).toEqual([1, 'Jane']);
    expect(world.genesys.requests.find({ path: EXCHANGE })).toHaveLength(exchanges);
    expect(await session(id)).toMatchObject({ state: 'active', authenticated: true });
    await api.end(id);
  });

  it('continues with a new token when the old one has expired', async () => {
    const { id, guest } = await opened(login());
    await until(() => guest.connections.size === 1);
    offsetMs += 900_000;
    world.genesys.webMessaging.agent.cut(guest.token);

    await isLive(guest, 3);

    expect(world.genesys.requests.find({ path: REFRESH }).at(-1)).toMatchObject({ status: 200 });
    expect(guest.sessions).toBe(1);
    expect(await session(id)).toMatchObject({ state: 'active', authenticated: true });
    await api.end(id);
  });

  it('has to log in again when the login has expired', async () => {
    const { id, guest } = await opened(login());
    await until(() => guest.connections.size === 1);
    world.genesys.faults.add({ match: { path: REFRESH }, fault: { kind: 'status', status: 401 }, times: 1 });
    offsetMs += 900_000;
    world.genesys.webMessaging.agent.cut(guest.token);

    await until(async () => (await api.stateOf(id)) === 'disconnected');

    expect(await session(id)).toMatchObject({ endReason: 'logged-out' });
  });

  it('keeps its conversation when it logs in during it', async () => {
    const { id, guest } = await opened();
    await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    const { conversationId } = guest;

    const { status, body } = await asked('PUT', id, login());

    expect([status, body['authenticated'], body['state']]).toEqual([200, true, 'active']);
    expect(guest.user).toMatchObject({ firstName: 'Jane' });
    expect([guest.sessions, guest.conversationId]).toEqual([1, conversationId]);
    world.genesys.webMessaging.agent.cut(guest.token);
    await isLive(guest, 3);
    expect((await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Me again' })).status).toBe(201);
    await api.end(id);
  });

  it('keeps its identity when a login is refused', async () => {
    const { id, guest } = await opened();
    const used = login();
    await api.end((await opened(used)).id);

    const { status, body } = await asked('PUT', id, used);

    expect([status, body['code']]).toEqual([403, 'guest-not-authenticated']);
    expect(await session(id)).toMatchObject({ state: 'active', authenticated: false });
    world.genesys.webMessaging.agent.cut(guest.token);
    await isLive(guest, 2);
    expect(guest.user).toBeUndefined();
    await api.end(id);
  });

  it('is logged out, which ends the session once', async () => {
    const { id, guest } = await opened(login());

    const first = await asked('DELETE', id);
    const again = await asked('DELETE', id);

    for (const { status, body } of [first, again]) {
      const { state, endReason, authenticated } = body;
      expect([status, state, endReason, authenticated]).toEqual([200, 'disconnected', 'logged-out', true]);
    }
    expect(guest.endedBy).toBe('logged-out');
    await until(() => world.crm.eventsOf(id).length === 2);
  });

  it('is logged out when that happens elsewhere', async () => {
    const { id, guest } = await opened(login());
    await until(() => guest.connections.size === 1);
    world.genesys.webMessaging.agent.logOut(guest.token);

    await until(async () => (await api.stateOf(id)) === 'disconnected');

    expect(await session(id)).toMatchObject({ endReason: 'logged-out' });
  });

  it('is refused when its login fails, and no session stays open', async () => {
    const before = world.genesys.webMessaging.sessions.length;
    const authentication = { authCode: 'refused:1', redirectUri: REDIRECT };

    const refused = kept(await api.open({ authentication }));
    const elsewhere = kept(await api.open({ authentication, channel: 'conversations-messaging' }));
    const both = kept(await api.open({ authentication: { ...authentication, idToken: 'x', nonce: 'n' } }));
    const half = kept(await api.open({ authentication: { authCode: 'x' } }));

    expect([refused.status, refused.body['code']]).toEqual([403, 'guest-not-authenticated']);
    expect([elsewhere.status, elsewhere.body['code']]).toEqual([409, 'not-supported-by-channel']);
    expect(both.body['errors']).toMatchObject([
      { pointer: '#/authentication/authCode' },
      { pointer: '#/authentication/redirectUri' },
    ]);
    expect(half.body['errors']).toMatchObject([
      { pointer: '#/authentication/redirectUri', code: 'required' },
    ]);
    expect(world.genesys.webMessaging.sessions).toHaveLength(before);
    const { items } = (await api.list('?state=connecting')).body;
    expect(items).toEqual([]);
  });

  it('can only be logged out after it has logged in, and only while its session is active', async () => {
    const { id } = await opened();

    expect((await asked('DELETE', id)).body['code']).toBe('guest-not-logged-in');
    await api.end(id);
    expect((await asked('PUT', id, login())).body['code']).toBe('session-not-active');
    expect((await asked('DELETE', id)).body['code']).toBe('session-not-active');
    const rest = await api.opened({ channel: 'conversations-messaging' });
    expect((await asked('PUT', rest, login())).body['code']).toBe('not-supported-by-channel');
    await api.end(rest);
  });

  it('leaves no credentials that others could use', async () => {
    const { id } = await opened(login());
    const { db } = world.app.get(DatabaseConnection);
    const stored = await db.selectFrom('session').select(['state', 'guest_credentials']).execute();
    const tokens = frames()
      .concat(JSON.stringify(world.genesys.requests.find({})))
      .join('\n');
    const secrets = [...new Set(tokens.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g)), 'canary-code-4e1b'];
    expect(secrets.length).toBeGreaterThan(5);
    const places = {
      answers: answers.join('\n'),
      logs: logs.raw,
      crm: JSON.stringify(world.crm.requests.find({})),
      files: files(),
      rows: JSON.stringify([stored, await db.selectFrom('audit_record').selectAll().execute()]),
    };
    for (const [place, text] of Object.entries(places)) {
      expect([place, text.length > 100, secrets.filter((secret) => text.includes(secret))]).toEqual([
        place,
        true,
        [],
      ]);
    }
    // An ended session does not need credentials any more.
    const left = stored.filter(({ guest_credentials: sealed }) => sealed !== null && sealed !== '');
    expect(left).toEqual([{ state: 'active', guest_credentials: expect.stringMatching(/^enc:/) }]);
    await api.end(id);
  });

  /** Returns the tokens in the guests' configure requests. */
  function frames(): string[] {
    return world.genesys.webMessaging.sessions.flatMap(({ logs: connections }) =>
      connections.map((connection) => JSON.stringify(connection)),
    );
  }

  function files(): string {
    return storedText(world.environment['DATA_DIR'] ?? '');
  }
});
