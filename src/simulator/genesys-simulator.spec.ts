import { randomUUID } from 'node:crypto';
import { GenesysSimulator } from './genesys-simulator';

const PATH = '/api/v2/conversations/messaging';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BASIC = { authorization: `Basic ${btoa('demo-client:demo-secret')}` };

let simulator: GenesysSimulator;
let time = 1_800_000_000_000;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    now: () => time,
    tokenLifetimeSeconds: 600,
    rateWindowMs: 5_000,
  });
});
afterEach(() => simulator.close());

function logIn(
  body = 'grant_type=client_credentials',
  headers: Record<string, string> = BASIC,
): Promise<Response> {
  return fetch(`${simulator.url}/oauth/token`, { method: 'POST', headers: { ...FORM, ...headers }, body });
}

async function freshToken(): Promise<string> {
  const { access_token } = (await (await logIn()).json()) as { access_token: string };
  return access_token;
}

function call(method: string, path: string, token: string, body?: unknown): Promise<Response> {
  return fetch(simulator.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

function conversation(overrides: object = {}): Record<string, unknown> & { id: string } {
  return {
    id: randomUUID(),
    from: { id: 'jwt_0123', name: 'Guest', type: 'user' },
    to: [{ id: 'queue-1', type: 'queue' }],
    type: 'messaging',
    channelAddress: 'web',
    context: { locale: 'en-US', capabilities: ['typing-indicator', 'read-receipts'] },
    ...overrides,
  };
}

function beat(sequence: unknown): object {
  return { context: { lastActivityTimestamp: '2026-01-01T00:00:00.000Z', heartbeatSequence: sequence } };
}

describe('login', () => {
  it.each([
    ['a Basic header', 'grant_type=client_credentials', BASIC],
    ['form fields', 'grant_type=client_credentials&client_id=demo-client&client_secret=demo-secret', {}],
  ])('accepts credentials in %s', async (_where, body, headers) => {
    const response = await logIn(body, headers);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]{64}$/) as string,
      token_type: 'bearer',
      expires_in: 600,
    });
  });

  it('refuses wrong credentials in the form of the real login', async () => {
    const response = await logIn(undefined, { authorization: `Basic ${btoa('demo-client:guess')}` });

    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: 'invalid_client',
      description: 'authentication failed',
      error_description: 'authentication failed',
    });
  });

  it('refuses other grants and counts every call', async () => {
    const response = await logIn('grant_type=password');

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' });
    expect(simulator.state.tokenRequests).toBe(1);
  });

  it('follows changed secrets, revoked and restored clients', async () => {
    simulator.state.setSecret('demo-client', 'other');
    expect((await logIn()).status).toBe(401);
    simulator.state.setSecret('demo-client', 'demo-secret');
    const token = await freshToken();

    simulator.state.revokeClient('demo-client');

    expect((await logIn()).status).toBe(401);
    expect((await call('POST', PATH, token, conversation())).status).toBe(401);
    simulator.state.restoreClient('demo-client');
    expect((await logIn()).status).toBe(200);
  });
});

describe('tokens', () => {
  it('are valid at the same time until they expire', async () => {
    const tokens = [await freshToken(), await freshToken()];
    const statuses = async (): Promise<number[]> =>
      Promise.all(tokens.map(async (token) => (await call('POST', PATH, token, conversation())).status));

    expect(await statuses()).toEqual([200, 200]);
    time += 600_000;
    expect(await statuses()).toEqual([401, 401]);
  });

  it('are refused with a platform error once revoked', async () => {
    const token = await freshToken();
    simulator.state.revokeTokens('another-client');
    expect((await call('POST', PATH, token, conversation())).status).toBe(200);

    simulator.state.revokeTokens();
    const response = await call('POST', PATH, token, conversation());

    const contextId = response.headers.get('inin-correlation-id');
    expect(await response.json()).toMatchObject({ status: 401, code: 'bad.credentials', contextId });
  });

  it('are required', async () => {
    const response = await fetch(`${simulator.url}${PATH}/x`);

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'authentication.required' });
  });
});

describe('a conversation', () => {
  let token: string;
  beforeEach(async () => {
    token = await freshToken();
  });

  async function opened(): Promise<string> {
    const body = conversation();
    await call('POST', PATH, token, body);
    return body.id;
  }

  it('is created once by repeated requests', async () => {
    const body = conversation();
    const first = await (await call('POST', PATH, token, body)).json();
    const second = await call('POST', PATH, token, body);

    expect(first).toMatchObject({ id: body.id, state: 'connected', selfUri: `${PATH}/${body.id}` });
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(first);
    expect(simulator.state.conversation(body.id)).toMatchObject({ posts: 2, client: 'demo-client' });
  });

  it.each([
    ['id', { id: 'not-a-uuid' }],
    ['from.id', { from: { name: 'Guest' } }],
    ['to[0].id', { to: [] }],
    ['type', { type: 'chat' }],
    ['context.capabilities', { context: { locale: 'en-US', capabilities: 'typing-indicator' } }],
  ])('is refused with a wrong %s', async (fieldName, overrides) => {
    const response = await call('POST', PATH, token, conversation(overrides));

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad.request', details: [{ fieldName }] });
    expect(simulator.state.conversations.size).toBe(0);
  });

  it('records beats and sequences that do not grow', async () => {
    const id = await opened();
    for (const sequence of [1, 2, 2, 5]) {
      expect((await call('PATCH', `${PATH}/${id}`, token, beat(sequence))).status).toBe(200);
    }

    expect(simulator.state.conversation(id)).toMatchObject({
      beats: 4,
      lastSequence: 5,
      sequenceViolations: 1,
      beatTimes: [time, time, time, time],
    });
  });

  it.each([beat('1'), { context: { heartbeatSequence: 1 } }, { status: 'paused' }, {}, []])(
    'refuses the change %j',
    async (change) => {
      const id = await opened();

      expect((await call('PATCH', `${PATH}/${id}`, token, change)).status).toBe(400);
    },
  );

  it('ends once and counts every disconnect request', async () => {
    const id = await opened();
    const end = async (): Promise<number> =>
      (await call('PATCH', `${PATH}/${id}`, token, { status: 'disconnected' })).status;

    expect([await end(), await end()]).toEqual([200, 200]);

    expect(simulator.state.conversation(id)).toMatchObject({
      state: 'disconnected',
      disconnects: 2,
      endedBy: 'client',
    });
    expect((await call('PATCH', `${PATH}/${id}`, token, beat(1))).status).toBe(404);
    expect((await call('POST', PATH, token, conversation({ id }))).status).toBe(409);
  });

  it('answers beats with 404 once an agent has ended it', async () => {
    const id = await opened();

    expect([simulator.state.disconnect(id), simulator.state.disconnect(id)]).toEqual([true, false]);

    expect((await call('PATCH', `${PATH}/${id}`, token, beat(1))).status).toBe(404);
    expect(await (await call('GET', `${PATH}/${id}`, token)).json()).toMatchObject({ state: 'disconnected' });
  });

  it.each([
    ['GET', `${PATH}/unknown`, 404],
    ['PATCH', `${PATH}/unknown`, 404],
    ['GET', `${PATH}/%E0%A4%A`, 404],
    ['DELETE', `${PATH}/unknown`, 405],
    ['GET', PATH, 405],
    ['GET', '/api/v2/users/me', 404],
    ['GET', '/elsewhere', 404],
    ['GET', '/oauth/token', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await call(method, path, token, method === 'PATCH' ? beat(1) : undefined)).status).toBe(status);
  });

  it('refuses a body beyond the size limit of the platform', async () => {
    const response = await call(
      'POST',
      PATH,
      token,
      conversation({ metadata: { note: 'x'.repeat(512_000) } }),
    );

    expect(response.status).toBe(413);
  });
});
