import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { aCaller, allBut, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';
import { toldTo, WebhooksApi } from '../support/webhooks-api';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const MAX = 3;

/** Every route of a webhook, with bodies of every kind. */
const ROUTES: readonly (readonly [method: string, below: string, body?: object])[] = [
  ['GET', ''],
  ['PATCH', '', {}],
  ['PATCH', '', { description: 'mine' }],
  ['PATCH', '', { url: 'https://elsewhere.example/hooks' }],
  ['PATCH', '', { types: ['message.*'] }],
  ['PATCH', '', { sessions: 'all' }],
  ['PATCH', '', { sessions: 'others' }],
  ['DELETE', ''],
  ['POST', '/test'],
  ['POST', '/rotate-secret', {}],
  ['POST', '/rotate-secret', { overlapSeconds: -1 }],
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['POST', '/replay', { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }],
  ['POST', '/replay', {}],
  ['GET', '/deliveries'],
  ['GET', '/deliveries?status=delivered&limit=1'],
  ['GET', '/deliveries?cursor=forged'],
  ['GET', '/deliveries/{eventId}'],
  ['POST', '/deliveries/{eventId}/retry'],
];

describe('webhooks of several callers', () => {
  const callers = {
    billing: aCaller('billing', allBut('sessions.any')),
    support: aCaller('support', allBut('sessions.any')),
    plain: aCaller('plain', ['webhooks.manage']),
    warden: aCaller('warden', ['webhooks.manage', 'sessions.any']),
    operator: aCaller('operator'),
  };
  type Name = keyof typeof callers;
  let world: World;
  let receiver: HttpReceiver;
  let elsewhere: HttpReceiver;

  beforeAll(async () => {
    [receiver, elsewhere] = [await HttpReceiver.start(), await HttpReceiver.start()];
  });

  beforeEach(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        ...keysOf(...Object.values(callers)),
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        WEBHOOKS_MAX_PER_CALLER: String(MAX),
        LOG_LEVEL: 'error',
      },
    });
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  afterAll(async () => {
    await receiver[Symbol.asyncDispose]();
    await elsewhere[Symbol.asyncDispose]();
  });

  const api = (name: Name): ApiClient => new ApiClient(world.url, callers[name].headers);
  const webhooks = (name: Name): WebhooksApi => new WebhooksApi(api(name));

  /** A verified webhook of billing, with the id of an event that it has accepted. */
  async function delivered(): Promise<{ id: string; eventId: string }> {
    const { id } = await webhooks('billing').verified(receiver.url, { types: ['session.*', 'message.*'] });
    await api('billing').opened();
    await until(async () => (await webhooks('billing').deliveries(id, '?status=delivered')).length === 1);
    const [delivery] = await webhooks('billing').deliveries(id);
    return { id, eventId: String(delivery?.['id']) };
  }

  /** An answer without the parts that name the request. */
  function comparable({ status, headers, body }: Answer, id: string): unknown {
    const own = new Set(['date', 'x-request-id', 'ratelimit']);
    const { instance, ...rest } = body;
    return {
      status,
      headers: [...headers].filter(([name]) => !own.has(name)),
      body: { ...rest, requestId: undefined, instance: String(instance).replace(id, 'the id') },
    };
  }

  async function listed(name: Name): Promise<string[]> {
    const ids: string[] = [];
    let cursor: unknown;
    do {
      const from = typeof cursor === 'string' ? `&cursor=${cursor}` : '';
      const { body } = await api(name).request('GET', `/v1/webhooks?limit=1${from}`);
      ids.push(...(body['items'] as readonly { id: string }[]).map(({ id }) => id));
      cursor = body['nextCursor'];
    } while (typeof cursor === 'string');
    return ids;
  }

  it.each(['support', 'plain'] as const)('are to %s as if there were none', async (name) => {
    const { id, eventId } = await delivered();
    const before = await webhooks('billing').get(id);
    const log = await webhooks('billing').deliveries(id);
    const events = receiver.received.length;

    for (const [method, below, body] of ROUTES) {
      const ask = (webhookId: string): Promise<Answer> =>
        api(name).request(method, `/v1/webhooks/${webhookId}${below.replace('{eventId}', eventId)}`, body);
      const [foreign, unknown] = [await ask(id), await ask(UNKNOWN)];

      expect([method, below, comparable(foreign, id)]).toEqual([method, below, comparable(unknown, UNKNOWN)]);
      expect([400, 403, 404]).toContain(foreign.status);
    }
    expect(await webhooks('billing').get(id)).toEqual(before);
    expect(await webhooks('billing').deliveries(id)).toEqual(log);
    expect(receiver.received).toHaveLength(events);
  });

  it("have deliveries that are not found under another caller's webhook", async () => {
    const { eventId } = await delivered();
    const { id } = await webhooks('support').verified(elsewhere.url);

    for (const [method, below] of [
      ['GET', ''],
      ['POST', '/retry'],
    ] as const) {
      const ask = (event: string): Promise<Answer> =>
        api('support').request(method, `/v1/webhooks/${id}/deliveries/${event}${below}`);
      const [foreign, unknown] = [await ask(eventId), await ask(UNKNOWN)];

      expect(comparable(foreign, eventId)).toEqual(comparable(unknown, UNKNOWN));
      expect([foreign.status, foreign.body['code']]).toEqual([404, 'delivery-not-found']);
    }
  });

  it('are listed and counted for their callers only', async () => {
    const own: string[] = [];
    for (let count = 0; count < MAX; count += 1)
      own.unshift((await webhooks('billing').create(receiver.url)).id);
    const refused = await api('billing').request('POST', '/v1/webhooks', { url: receiver.url });
    const { id: other } = await webhooks('support').create(receiver.url);

    expect([refused.status, refused.body['code']]).toEqual([409, 'webhook-limit-reached']);
    expect((await listed('billing')).sort()).toEqual([...own].sort());
    expect(await listed('support')).toEqual([other]);
    expect(await listed('plain')).toEqual([]);
    expect((await listed('operator')).sort()).toEqual([...own, other].sort());

    const removed = await api('operator').request('DELETE', `/v1/webhooks/${own[0] ?? ''}`);
    expect(removed.status).toBe(204);
    const { id: next } = await webhooks('billing').create(receiver.url);
    expect((await listed('billing')).sort()).toEqual([...own.slice(1), next].sort());
  });

  it("are not listed with another caller's cursor", async () => {
    for (let count = 0; count < 2; count += 1) await webhooks('support').create(receiver.url);
    const { body } = await api('support').request('GET', '/v1/webhooks?limit=1');
    const query = `/v1/webhooks?limit=1&cursor=${String(body['nextCursor'])}`;

    expect((await api('support').request('GET', query)).status).toBe(200);
    for (const name of ['billing', 'operator'] as const)
      expect((await api(name).request('GET', query)).body).toMatchObject({
        status: 400,
        code: 'validation-failed',
      });
  });

  it('are managed by an operator, and named with their owner', async () => {
    const { id, eventId } = await delivered();
    const operator = webhooks('operator');

    expect(await operator.get(id)).toMatchObject({ id, owner: 'billing', status: 'active' });
    expect((await operator.act(id, 'pause')).body).toMatchObject({ owner: 'billing', status: 'paused' });
    expect((await operator.act(id, 'resume')).body).toMatchObject({ status: 'active' });
    expect(await operator.deliveries(id)).toMatchObject([{ id: eventId }]);
    const renamed = await api('operator').request('PATCH', `/v1/webhooks/${id}`, { description: 'checked' });
    expect(renamed.body).toMatchObject({ owner: 'billing', description: 'checked' });
    expect(renamed.body).not.toHaveProperty('secret');
  });

  it('ask for no events that their caller may not read', async () => {
    const { id } = await webhooks('plain').create(receiver.url);
    const asked = [
      [{ types: ['message.*'] }, 'messages.read'],
      [{ types: ['session.*', 'message.received'] }, 'messages.read'],
      [{ sessions: 'all' }, 'sessions.any'],
    ] as const;

    for (const [settings, scope] of asked) {
      const answers = [
        await api('plain').request('POST', '/v1/webhooks', { url: receiver.url, ...settings }),
        await api('plain').request('PATCH', `/v1/webhooks/${id}`, settings),
      ];
      for (const { status, body } of answers)
        expect([settings, status, body['code'], body['scope']]).toEqual([
          settings,
          403,
          'insufficient-scope',
          scope,
        ]);
    }
    const { status, body } = await api('billing').request('POST', '/v1/webhooks', {
      url: receiver.url,
      sessions: 'all',
    });
    expect([status, body['scope']]).toEqual([403, 'sessions.any']);
    expect(await listed('plain')).toEqual([id]);
  });

  it('are not redirected by a caller that may not read their events', async () => {
    const { id } = await delivered();
    const before = await webhooks('billing').get(id);
    const path = `/v1/webhooks/${id}`;
    const { status, body } = await api('warden').request('PATCH', path, { url: elsewhere.url });

    expect([status, body['code'], body['scope']]).toEqual([403, 'insufficient-scope', 'messages.read']);
    expect(await webhooks('billing').get(id)).toEqual(before);
  });

  it('get the events of their callers, or of all where the caller may read all', async () => {
    await webhooks('operator').verified(`${receiver.url}/all`, { sessions: 'all' });
    await webhooks('billing').verified(`${receiver.url}/billing`);
    await webhooks('support').verified(`${receiver.url}/support`);
    const [one, other] = [await api('billing').opened(), await api('support').opened()];
    const pathsOf = (conversationId: string): string[] =>
      receiver.received
        .filter(({ body }) => body.includes(conversationId))
        .map(({ path }) => path)
        .sort();
    await until(() => pathsOf(one).length === 2 && pathsOf(other).length === 2);

    expect([pathsOf(one), pathsOf(other)]).toEqual([
      ['/all', '/billing'],
      ['/all', '/support'],
    ]);
    expect(toldTo(receiver, one).map(({ type }) => type)).toEqual(['session.connected', 'session.connected']);
  });

  it("keep their URLs for another caller's session that has a URL of its own at their origin", async () => {
    await webhooks('operator').verified(`${receiver.url}/all`, { sessions: 'all' });
    await webhooks('billing').verified(`${receiver.url}/billing`);
    const id = await api('billing').opened({ webhookUrl: `${receiver.url}/orders/4711` });
    const paths = (): string[] =>
      receiver.received.filter(({ body }) => body.includes(id)).map(({ path }) => path);
    await until(() => paths().length === 2);

    expect(paths().sort()).toEqual(['/all', '/orders/4711']);
  });

  it("are no receivers for another caller's session", async () => {
    await webhooks('billing').verified(receiver.url);
    const ask = async (webhookUrl: string): Promise<unknown> =>
      comparable(await api('support').open({ webhookUrl }), '');

    const known = await ask(`${receiver.url}/orders`);
    expect(known).toEqual(await ask(`${elsewhere.url}/orders`));
    expect(known).toMatchObject({ status: 422, body: { code: 'webhook-url-refused' } });
  });
});
