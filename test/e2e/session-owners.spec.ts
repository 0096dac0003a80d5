import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, allBut, keysOf, withSessions } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

describe('sessions of several callers', () => {
  const callers = {
    billing: aCaller('billing', allBut('sessions.any')),
    rotated: aCaller('billing', ['sessions.read']),
    limited: withSessions(2, aCaller('limited', allBut('sessions.any'))),
    support: aCaller('support', allBut('sessions.any')),
    supervisor: aCaller('supervisor'),
    operator: aCaller('operator', ['sessions.read', 'sessions.any', 'sessions.end']),
  };
  let world: World;
  let apis: Readonly<Record<keyof typeof callers, ApiClient>>;
  /** A session from before callers were distinguished. */
  let nobodys: string;

  beforeAll(async () => {
    world = await World.start({ logOutput: new LogCapture() });
    nobodys = await new ApiClient(world.url).opened();
    await world.restart(keysOf(...Object.values(callers)));
    const clientOf = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
      new ApiClient(world.url, headers);
    apis = {
      billing: clientOf(callers.billing),
      rotated: clientOf(callers.rotated),
      limited: clientOf(callers.limited),
      support: clientOf(callers.support),
      supervisor: clientOf(callers.supervisor),
      operator: clientOf(callers.operator),
    };
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function pages(api: ApiClient, query = ''): Promise<string[]> {
    const ids: string[] = [];
    let cursor: unknown = undefined;
    do {
      const from = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const { body } = await api.list(`?limit=2${query}${from}`);
      const items = body['items'] as readonly { conversationId: string }[];
      ids.push(...items.map(({ conversationId }) => conversationId));
      cursor = body['nextCursor'];
    } while (typeof cursor === 'string');
    return ids.sort();
  }

  it('are read and ended by their caller with any of its keys, and by callers with the scope for all', async () => {
    const id = await apis.billing.opened();

    expect((await apis.billing.get(id)).status).toBe(200);
    expect((await apis.rotated.get(id)).status).toBe(200);
    expect((await apis.supervisor.get(id)).status).toBe(200);
    expect((await apis.supervisor.end(id)).status).toBe(200);
    expect((await apis.billing.end(id)).body).toMatchObject({ state: 'terminated' });
  });

  it('show the names of their guests to their caller, and to others with the scope for names alone', async () => {
    const id = await apis.billing.opened({ name: 'Alice' });
    const nameFor = async (api: ApiClient): Promise<unknown> => (await api.get(id)).body['name'];

    expect(await Promise.all([apis.billing, apis.supervisor, apis.operator].map(nameFor))).toEqual([
      'Alice',
      'Alice',
      '',
    ]);
    const listed = await apis.operator.list(`?conversationId=${id}`);
    expect(listed.body['items']).toEqual([expect.objectContaining({ name: '', caller: 'billing' })]);
    expect((await apis.operator.end(id)).body).toMatchObject({ name: '', state: 'terminated' });
  });

  it('are found by each filter of the list, within what the caller may see', async () => {
    const queueId = 'queue-of-filters';
    const id = await apis.billing.opened({ queueId });
    const { body: session } = await apis.billing.get(id);
    const { guestRef, channel } = session as { guestRef: string; channel: string };
    const found = async (api: ApiClient, query: Readonly<Record<string, string>>): Promise<unknown> => {
      const { status, body } = await api.list(`?${new URLSearchParams(query).toString()}`);
      return status === 200
        ? (body['items'] as readonly { conversationId: string }[]).map((item) => item.conversationId)
        : status;
    };

    for (const query of [
      { queueId },
      { queueId, channel, state: 'active', caller: 'billing' },
      { guestRef },
      { conversationId: id },
      { queueId, from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
    ]) {
      expect(await found(apis.operator, query)).toEqual([id]);
      expect(await found(apis.support, query)).toEqual([]);
    }
    for (const query of [{ caller: 'support' }, { channel: 'none' }, { to: '2020-01-01T00:00:00Z' }])
      expect(await found(apis.operator, { queueId, ...query })).toEqual([]);
    for (const query of [
      { guestRef: 'x' },
      { conversationId: 'x' },
      { from: 'today' },
      { channel: 'A B' },
      { caller: '' },
    ])
      expect(await found(apis.operator, query)).toBe(400);
  });

  it('are limited by caller, so that another caller is served when one has filled its share', async () => {
    const { limited, supervisor } = apis;
    const opened = [await limited.opened(), await limited.opened()];
    const refused = await limited.open();

    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'caller-session-limit-reached', reason: 'sessions' },
    });
    expect(refused.headers.get('retry-after')).toBe('5');
    const { body } = await limited.request('GET', '/v1/limits');
    expect(body).toMatchObject({ caller: { cap: 2, onClients: 2, live: 2 } });
    await supervisor.end(await supervisor.opened());
    for (const id of opened) await limited.end(id);
    await limited.end(await limited.opened());
  });

  it('are not found by others', async () => {
    const id = await apis.billing.opened();
    const missing = '00000000-0000-4000-8000-000000000000';

    for (const [method, known, unknown] of [
      ['GET', await apis.support.get(id), await apis.support.get(missing)],
      ['DELETE', await apis.support.end(id), await apis.support.end(missing)],
    ] as const) {
      const strip = ({ status, body }: typeof known): unknown => ({
        status,
        body: { ...body, instance: '', requestId: '' },
      });
      expect([method, strip(known)]).toEqual([method, strip(unknown)]);
      expect([known.status, known.body['code']]).toEqual([404, 'session-not-found']);
    }
    expect(await apis.billing.stateOf(id)).toBe('active');
    expect(world.genesys.state.conversation(id)).toMatchObject({ disconnects: 0 });
  });

  it.each([
    ['GET', 'messages', undefined],
    ['POST', 'messages', { text: 'a' }],
    ['POST', 'typing', undefined],
    ['PUT', 'authentication', { idToken: 'a.b.c', nonce: 'n' }],
    ['DELETE', 'authentication', undefined],
    ['GET', 'events', undefined],
  ] as const)('are not found by others on their sub-resources: %s %s', async (method, below, body) => {
    const id = await apis.billing.opened();
    const answer = await apis.support.request(method, `/v1/sessions/${id}/${below}`, body);

    expect([answer.status, answer.body['code']]).toEqual([404, 'session-not-found']);
  });

  it('are in the lists of their callers only, page by page', async () => {
    const own = [await apis.support.opened(), await apis.support.opened(), await apis.support.opened()];

    expect(await pages(apis.support)).toEqual([...own].sort());
    expect(await pages(apis.support, '&state=active')).toEqual([...own].sort());
    expect(await pages(apis.billing)).not.toEqual(expect.arrayContaining(own));
    expect(await pages(apis.supervisor)).toEqual(expect.arrayContaining([...own, nobodys]));
  });

  it("are not listed with another caller's cursor", async () => {
    const { body } = await apis.support.list('?limit=1');
    const query = `?limit=1&cursor=${encodeURIComponent(String(body['nextCursor']))}`;

    expect((await apis.support.list(query)).status).toBe(200);
    for (const api of [apis.billing, apis.supervisor]) {
      expect((await api.list(query)).body).toMatchObject({ status: 400, code: 'validation-failed' });
    }
  });

  it('have no owner when they were opened before callers were distinguished', async () => {
    expect((await apis.billing.get(nobodys)).status).toBe(404);
    expect((await apis.billing.end(nobodys)).status).toBe(404);
    expect((await apis.supervisor.get(nobodys)).status).toBe(200);
  });

  it('end automatically, regardless of their owner', async () => {
    const id = await apis.billing.opened({ durationLimit: 1 });
    await until(async () => (await apis.billing.stateOf(id)) === 'terminated');

    expect((await apis.billing.get(id)).body).toMatchObject({ endReason: 'duration-limit' });
  });
});
