import { connect } from 'node:net';
import { once } from 'node:events';
import { CrmSimulator } from './crm-simulator';
import { GenesysSimulator } from './genesys-simulator';

let genesys: GenesysSimulator;
let crm: CrmSimulator;

beforeEach(async () => {
  [genesys, crm] = await Promise.all([GenesysSimulator.start(), CrmSimulator.start({ path: '/hook' })]);
});
afterEach(() => Promise.all([genesys.close(), crm.close()]));

async function send(method: string, url: string, body?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method, body: body ?? null });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

describe('the control routes', () => {
  it('add, list, remove and clear faults', async () => {
    const url = `${genesys.url}/_sim/faults`;
    const rule = { match: { path: '^/oauth' }, fault: { kind: 'status', status: 500 }, times: 1 };
    const added = await send('POST', url, JSON.stringify(rule));
    await send('POST', url, JSON.stringify({ fault: { kind: 'reset' } }));

    expect(added).toEqual({ status: 201, body: { id: 'fault-1' } });
    expect((await send('POST', `${genesys.url}/oauth/token`)).status).toBe(500);
    expect((await send('GET', url)).body).toMatchObject([{ ...rule, applied: 1 }, { times: null }]);
    expect((await send('DELETE', `${url}/fault-1`)).status).toBe(204);
    expect((await send('DELETE', `${url}/fault-1`)).status).toBe(404);
    expect((await send('DELETE', url)).status).toBe(204);
    expect(genesys.faults.list()).toEqual([]);
  });

  it('take JSON that is declared as a form, as curl -d does', async () => {
    const response = await fetch(`${genesys.url}/_sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"fault":{"kind":"reset"}}',
    });

    expect(response.status).toBe(201);
    genesys.faults.clear();
  });

  it.each(['{"fault":{"kind":"explode"}}', 'no json', ''])('refuse the fault %j', async (body) => {
    expect((await send('POST', `${genesys.url}/_sim/faults`, body)).status).toBe(400);
  });

  it('show the filtered journal and are not recorded in it', async () => {
    await send('GET', `${genesys.url}/elsewhere?a=1`);
    await send('POST', `${genesys.url}/oauth/token`, 'grant_type=x');
    const requests = async (query: string): Promise<unknown> =>
      (await send('GET', `${genesys.url}/_sim/requests?${query}`)).body;

    expect(await requests('')).toMatchObject([
      { seq: 1, path: '/elsewhere', query: { a: '1' }, status: 404 },
      { seq: 2, path: '/oauth/token', body: 'grant_type=x', status: 400 },
    ]);
    expect(await requests('method=post')).toMatchObject([{ seq: 2 }]);
    expect(await requests('path=^/else')).toMatchObject([{ seq: 1 }]);
    expect(await requests('limit=1')).toMatchObject([{ seq: 2 }]);
    expect((await send('GET', `${genesys.url}/_sim/requests?path=(`)).status).toBe(400);
  });

  it('reset faults, journal and conversations, and keep tokens valid', async () => {
    const credentials = 'grant_type=client_credentials&client_id=demo-client&client_secret=demo-secret';
    await fetch(`${genesys.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(credentials) });
    genesys.state.openConversation('demo-client', {
      id: 'c-1',
      from: { id: 'g' },
      to: [{ id: 'q' }],
      type: 'messaging',
      context: { locale: 'en-US', capabilities: [] },
    });
    genesys.faults.add({ fault: { kind: 'reset' } });
    expect((await send('GET', `${genesys.url}/_sim/state`)).body).toMatchObject({
      tokenRequests: 1,
      liveTokens: 1,
      connected: 1,
      conversations: [{ id: 'c-1', state: 'connected', posts: 1 }],
    });

    expect((await send('POST', `${genesys.url}/_sim/reset`)).status).toBe(204);

    expect((await send('GET', `${genesys.url}/_sim/state`)).body).toMatchObject({ liveTokens: 1, total: 0 });
    expect([genesys.faults.list(), genesys.requests.total]).toEqual([[], 0]);
  });

  it('disconnect conversations and revoke tokens', async () => {
    expect((await send('POST', `${genesys.url}/_sim/conversations/c-1/disconnect`)).status).toBe(404);
    expect((await send('DELETE', `${genesys.url}/_sim/tokens`)).status).toBe(204);
  });

  it.each([
    ['GET', '/_sim/nothing', 404],
    ['GET', '/_sim/reset', 405],
    ['PUT', '/_sim/faults', 405],
    ['POST', '/_sim/state', 405],
  ])('answer %s %s with %i', async (method, path, status) => {
    expect((await send(method, genesys.url + path)).status).toBe(status);
  });
});

describe('the CRM', () => {
  it('accepts JSON on its path and nothing else', async () => {
    const statuses = [
      await send('POST', crm.url, '{"conversationId":"a"}'),
      await send('POST', crm.url, '"text"'),
      await send('POST', crm.url, 'text'),
      await send('POST', crm.url),
      await send('GET', crm.url),
      await send('POST', `${crm.origin}/crm/events`, '{}'),
    ].map(({ status }) => status);

    expect(statuses).toEqual([200, 200, 400, 400, 405, 404]);
    expect(crm.received.map(({ body }) => body)).toEqual([{ conversationId: 'a' }, 'text']);
    expect(crm.eventsOf('a')).toHaveLength(1);
    expect(crm.requests.find({ conversationId: 'a' })).toHaveLength(1);
    expect((await send('GET', `${crm.origin}/_sim/events?conversationId=a`)).body).toMatchObject([
      { body: { conversationId: 'a' } },
    ]);
    expect((await send('GET', `${crm.origin}/_sim/state`)).body).toEqual({ received: 2 });
    crm.reset();
    expect(crm.received).toEqual([]);
  });
});

describe('a client that offers HTTP/2', () => {
  it('is answered in HTTP/1.1 on one connection, with or without a delay before the body', async () => {
    const socket = connect(Number(new URL(crm.url).port));
    const body = '{"conversationId":"h2"}';
    const offer = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQ';
    const head = `POST /hook HTTP/1.1\r\nhost: x\r\n${offer}\r\ncontent-length: ${body.length}\r\n\r\n`;
    const answer = async (): Promise<string> => String((await once(socket, 'data'))[0]);

    socket.write(head + body);
    expect(await answer()).toMatch(/^HTTP\/1.1 200 OK[^]*\{"ok":true\}$/);
    socket.write(head);
    await fetch(`${crm.origin}/_sim/state`);
    socket.write(body);
    expect(await answer()).toMatch(/^HTTP\/1.1 200 OK[^]*\{"ok":true\}$/);

    socket.destroy();
    expect(crm.eventsOf('h2')).toHaveLength(2);
  });
});

describe('closing', () => {
  it('does not wait for hanging, idle or half-sent requests, and is idempotent', async () => {
    genesys.faults.add({ fault: { kind: 'hang-before-headers' } });
    const hanging = fetch(genesys.url).catch(() => 'broken');
    const idle = connect(Number(new URL(genesys.url).port));
    await once(idle, 'connect');
    idle.write('POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    const cut = new Promise((resolve) => {
      idle.on('error', resolve).on('close', resolve).resume();
    });

    await genesys.close();
    await genesys.close();

    expect(await hanging).toBe('broken');
    await cut;
    await expect(fetch(genesys.url)).rejects.toThrow('fetch failed');
  });

  it('happens at the end of a block', async () => {
    const simulator = await GenesysSimulator.start({ latencyMs: 1 });
    expect((await fetch(`${simulator.url}/x`)).status).toBe(404);

    await simulator[Symbol.asyncDispose]();

    await expect(fetch(simulator.url)).rejects.toThrow('fetch failed');
  });
});
