import { GuestSessionsClient } from './guest-sessions-client.js';
import { json, problem, type ScriptedAnswer, ScriptedFetch } from './http/scripted-fetch.fake.js';

function clientOf(...script: readonly ScriptedAnswer[]): {
  client: GuestSessionsClient;
  fake: ScriptedFetch;
} {
  const fake = new ScriptedFetch(...script);
  return { fake, client: new GuestSessionsClient({ baseUrl: 'https://guests.example/', fetch: fake.fetch }) };
}

describe(GuestSessionsClient.name, () => {
  it('sends each call to its operation', async () => {
    const page = { items: [], nextCursor: null };
    const { client, fake } = clientOf(
      json({}, 201),
      json({}),
      json(page),
      json({}),
      json({}, 201),
      json(page),
    );
    await client.openSession({ queueId: 'support' }, { idempotencyKey: 'k' });
    await client.getSession('a/b');
    await client.listSessions({ state: 'active', limit: 2 });
    await client.endSession('c');
    await client.sendMessage('c', { text: 'Hello' }, { idempotencyKey: 'm' });
    await client.listMessages('c', { limit: 5 });

    expect(
      fake.sent.map(
        ({ method, url, body }) => `${method} ${new URL(url).pathname}${new URL(url).search} ${body}`,
      ),
    ).toEqual([
      'POST /v1/sessions {"queueId":"support"}',
      'GET /v1/sessions/a%2Fb ',
      'GET /v1/sessions?state=active&limit=2 ',
      'DELETE /v1/sessions/c ',
      'POST /v1/sessions/c/messages {"text":"Hello"}',
      'GET /v1/sessions/c/messages?limit=5 ',
    ]);
    expect(fake.sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual([
      'k',
      null,
      null,
      null,
      'm',
      null,
    ]);
  });

  it('iterates over all pages, and reads a page when the loop needs it', async () => {
    const { client, fake } = clientOf(
      json({ items: [{ conversationId: 'a' }], nextCursor: 'x' }),
      json({ items: [{ conversationId: 'b' }], nextCursor: null }),
    );
    const seen: string[] = [];
    for await (const { conversationId } of client.sessions({ limit: 1 })) {
      seen.push(conversationId);
      expect(fake.sent).toHaveLength(seen.length);
    }

    expect(seen).toEqual(['a', 'b']);
    expect(fake.sent[1]?.url).toBe('https://guests.example/v1/sessions?limit=1&cursor=x');
  });

  it('reaches all other operations, in their types, with the same errors', async () => {
    const { client } = clientOf(
      json({ secret: 'whsec_a' }, 201),
      problem(404, 'webhook-not-found'),
      new Response(null, { status: 204 }),
    );
    const created = await client.api.POST('/v1/webhooks', { body: { url: 'https://billing.example/hook' } });
    const params = { path: { webhookId: 'w' } };

    expect(created.data.secret).toBe('whsec_a');
    await expect(client.api.GET('/v1/webhooks/{webhookId}', { params })).rejects.toMatchObject({
      code: 'webhook-not-found',
    });
    expect((await client.api.DELETE('/v1/webhooks/{webhookId}', { params })).response.status).toBe(204);
  });

  it('overrides the deadline for a call, and follows its signal', async () => {
    const { client, fake } = clientOf(problem(503, 'shutting-down', { 'retry-after': '5' }));

    await expect(client.getSession('c', { deadlineMs: 1_000 })).rejects.toMatchObject({
      code: 'shutting-down',
    });
    const reason = new Error('left');
    await expect(client.getSession('c', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(fake.sent).toHaveLength(1);
  });

  it('streams the events of a session, or of all, of some types', async () => {
    const { client, fake } = clientOf(
      new Response(null, { status: 204 }),
      new Response(null, { status: 204 }),
    );
    for (const stream of [client.sessionEvents('a/b'), client.events({ types: ['message', 'session'] })])
      for await (const event of stream) throw new Error(`An event of nothing: ${event.type}`);

    expect(fake.sent.map(({ url }) => url)).toEqual([
      'https://guests.example/v1/sessions/a%2Fb/events',
      'https://guests.example/v1/events?types=message,session',
    ]);
  });
});
