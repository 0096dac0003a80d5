import { randomUUID } from 'node:crypto';
import { GenesysSimulator } from './genesys-simulator';

const PATH = '/api/v2/conversations/messaging';

let simulator: GenesysSimulator;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({ clients: { a: 's', b: 's' } });
});
afterEach(() => simulator.close());

function logIn(client: string): Promise<Response> {
  return fetch(`${simulator.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client}:s`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
}

async function tokenOf(client: string): Promise<string> {
  return ((await (await logIn(client)).json()) as { access_token: string }).access_token;
}

function open(token: string, id: string = randomUUID()): Promise<Response> {
  return fetch(simulator.url + PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      id,
      from: { id: 'guest' },
      to: [{ id: 'queue' }],
      type: 'messaging',
      context: { locale: 'en-US', capabilities: [] },
    }),
  });
}

describe('faults of the platform', () => {
  it('have the form of its own errors', async () => {
    simulator.state.requestsPerMinute = 300;
    simulator.faults.add({ match: { path: PATH }, fault: { kind: 'status', status: 429, retryAfter: 9 } });

    const response = await open(await tokenOf('a'));

    const contextId = response.headers.get('inin-correlation-id');
    expect(response.headers.get('retry-after')).toBe('9');
    expect(response.headers.get('inin-ratelimit-allowed')).toBe('300');
    expect(await response.json()).toMatchObject({
      code: 'too.many.requests.retry.after',
      status: 429,
      contextId,
    });
    expect(simulator.state.conversations.size).toBe(0);
  });

  it('spoil the login in the form of its own errors', async () => {
    simulator.faults.add({ match: { path: '^/oauth/token$' }, fault: { kind: 'status', status: 401 } });

    expect(await (await logIn('a')).json()).toMatchObject({ error: 'invalid_client' });
    expect(simulator.state.tokenRequests).toBe(0);
  });

  it('hit one client, by its token and by its credentials', async () => {
    const [a, b] = [await tokenOf('a'), await tokenOf('b')];
    simulator.faults.add({ match: { client: 'a' }, fault: { kind: 'status', status: 503 } });

    expect([(await open(a)).status, (await open(b)).status]).toEqual([503, 200]);
    expect([(await logIn('a')).status, (await logIn('b')).status]).toEqual([503, 200]);
  });

  it('hit one conversation, by its path and by its body', async () => {
    const token = await tokenOf('a');
    const id = randomUUID();
    simulator.faults.add({ match: { conversationId: id }, fault: { kind: 'garbage', effect: 'after' } });

    const types = [await open(token, id), await open(token)].map(({ headers }) =>
      headers.get('content-type'),
    );
    const shown = await fetch(`${simulator.url}${PATH}/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(types).toEqual(['text/html; charset=utf-8', 'application/json']);
    expect(await shown.text()).toContain('<html>');
    expect(simulator.state.conversation(id)).toMatchObject({ posts: 1 });
    expect(simulator.requests.count({ conversationId: id })).toBe(2);
  });

  it('let a request take effect before or after a delay, once', async () => {
    const token = await tokenOf('a');
    const [before, after] = [randomUUID(), randomUUID()];
    simulator.faults.add({
      match: { conversationId: before },
      fault: { kind: 'delay', ms: 1, effect: 'before' },
    });
    simulator.faults.add({
      match: { conversationId: after },
      fault: { kind: 'delay', ms: 1, effect: 'after' },
    });

    const statuses = [(await open(token, before)).status, (await open(token, after)).status];

    expect(statuses).toEqual([200, 200]);
    expect([...simulator.state.conversations.values()]).toMatchObject([{ posts: 1 }, { posts: 1 }]);
  });
});
