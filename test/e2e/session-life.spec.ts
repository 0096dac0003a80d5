import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { until } from '../support/until';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MESSAGING = '/api/v2/conversations/messaging';

interface ListedPage {
  readonly items: readonly { readonly conversationId: string }[];
  readonly nextCursor: string | null;
}

describe('the life of a session', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      environment: { HEARTBEAT_MAX_INTERVAL_MS: '200', HEARTBEAT_MIN_INTERVAL_MS: '200', LOG_LEVEL: 'error' },
    });
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('starts with one POST to Genesys Cloud that matches the contract exactly', async () => {
    const asked = {
      queueId: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11',
      name: 'Zoë 👩‍🚀',
      locale: 'de-AT',
      capabilities: ['typing-indicator', 'read-receipts', 'file-transfer'],
      durationLimit: 600,
    };
    const { status, headers, body } = await api.open(asked);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/sessions/${String(body['conversationId'])}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ ...asked, state: 'active', channel: 'conversations-messaging', version: 1 });
    expect(body['conversationId']).toMatch(UUID);
    expect(body['guestIdToken']).toMatch(/^jwt_[0-9a-f]{32}$/);
    expect(body['upstream']).toMatchObject({ id: body['conversationId'], state: 'connected' });
    expect(Date.parse(String(body['expiresAt'])) - Date.parse(String(body['startedAt']))).toBe(600_000);

    const posts = world.genesys.requests.find({ method: 'POST', path: MESSAGING });
    expect(posts.at(-1)?.body).toEqual({
      id: body['conversationId'],
      from: { id: body['guestIdToken'], name: asked.name, type: 'user' },
      to: [{ id: asked.queueId, type: 'queue' }],
      type: 'messaging',
      channelAddress: 'web',
      context: {
        locale: 'de-AT',
        capabilities: asked.capabilities,
        userAgent: expect.stringMatching(/^genesys-guest-sessions\/\d/),
      },
      metadata: {
        sessionDurationLimit: 600,
        guestIdToken: body['guestIdToken'],
        initiatedAt: expect.stringMatching(ISO),
      },
    });
  });

  it('has defaults for absent fields', async () => {
    const { body } = await api.open();
    expect(body).toMatchObject({
      name: 'Guest',
      locale: 'en-US',
      capabilities: ['typing-indicator', 'read-receipts'],
      durationLimit: 1800,
    });
  });

  it("shows the guest token in the opening's answer only", async () => {
    const conversationId = await api.opened();
    const { body } = await api.get(conversationId);
    expect(body).toMatchObject({ conversationId, state: 'active' });
    expect(JSON.stringify(body)).not.toMatch(/jwt_/);
  });

  it('has beats with a time and a growing sequence', async () => {
    const conversationId = await api.opened();
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) >= 3);
    const beats = world.genesys.requests.find({ method: 'PATCH', path: `${MESSAGING}/${conversationId}` });
    const contexts = beats.map(({ body }) => (body as { context: Record<string, unknown> }).context);
    const sequences = contexts.map((context) => Number(context['heartbeatSequence']));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
    expect(contexts[0]?.['lastActivityTimestamp']).toMatch(ISO);
    const { heartbeat } = (await api.get(conversationId)).body as { heartbeat: Record<string, unknown> };
    expect(heartbeat).toMatchObject({
      intervalMs: 200,
      consecutiveFailures: 0,
      lastSuccessAt: expect.stringMatching(ISO),
    });
  });

  it('ends on request: upstream, in the database, for the CRM and in the audit trail', async () => {
    const conversationId = await api.opened();
    const { status, body } = await api.end(conversationId);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'terminated', endReason: 'requested', disconnect: 'confirmed' });
    expect(world.genesys.state.conversation(conversationId)).toMatchObject({
      state: 'disconnected',
      disconnects: 1,
    });

    await until(() => world.crm.eventsOf(conversationId).length === 2);
    const events = world.crm.eventsOf(conversationId).map((event) => event.body);
    expect(events).toEqual([
      expect.objectContaining({
        conversationId,
        state: 'connected',
        sequence: 1,
        timestamp: expect.stringMatching(ISO),
      }),
      expect.objectContaining({ conversationId, state: 'terminated', sequence: 2 }),
    ]);
    expect(events[1]).toMatchObject({ metadata: { endReason: 'requested', guestRef: expect.any(String) } });

    await until(async () => (await auditTrailOf(world, conversationId)).length === 5);
    const actions = (await auditTrailOf(world, conversationId)).map(({ action }) => action);
    expect(actions.filter((action) => action.startsWith('SESSION'))).toEqual([
      'SESSION_INITIALIZED',
      'SESSION_END_REQUESTED',
      'SESSION_TERMINATED',
    ]);
    expect(actions.filter((action) => action === 'CRM_SYNC_SUCCESS')).toHaveLength(2);
  });

  it('ends idempotently', async () => {
    const conversationId = await api.opened();
    const before = (await api.request('GET', '/v1/metrics')).body;
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => api.end(conversationId)));
    expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 202)).toBe(
      true,
    );
    await until(async () => (await api.stateOf(conversationId)) === 'terminated');
    const again = await api.end(conversationId);
    expect(again).toMatchObject({ status: 200, body: { state: 'terminated', endReason: 'requested' } });
    expect(world.genesys.state.conversation(conversationId)?.disconnects).toBe(1);
    await until(() => world.crm.eventsOf(conversationId).length === 2);
    const after = (await api.request('GET', '/v1/metrics')).body as { endedByReason: Record<string, number> };
    const endedBefore = (before['endedByReason'] as Record<string, number>)['requested'] ?? 0;
    expect(after.endedByReason['requested']).toBe(endedBefore + 1);
  });

  it('ends automatically at its duration limit', async () => {
    const conversationId = await api.opened({ durationLimit: 1 });
    await until(async () => (await api.stateOf(conversationId)) === 'terminated');
    expect((await api.get(conversationId)).body).toMatchObject({
      endReason: 'duration-limit',
      disconnect: 'confirmed',
    });
    expect(world.genesys.state.conversation(conversationId)?.disconnects).toBe(1);
    await until(() => world.crm.eventsOf(conversationId).length === 2);
  });

  it('has no beat after its end', async () => {
    const conversationId = await api.opened();
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) >= 2);
    await api.end(conversationId);
    const other = await api.opened();
    await until(() => (world.genesys.state.conversation(other)?.beats ?? 0) >= 3);
    expect(world.genesys.state.conversation(conversationId)?.lateBeats).toBe(0);
  });

  it('is neither found nor ended under an unknown id', async () => {
    const unknown = '11111111-2222-4333-8444-555555555555';
    expect(await api.get(unknown)).toMatchObject({ status: 404, body: { code: 'session-not-found' } });
    expect(await api.end(unknown)).toMatchObject({ status: 404, body: { code: 'session-not-found' } });
  });

  it('is listed newest first, page by page, each once', async () => {
    const ids = [await api.opened(), await api.opened(), await api.opened()];
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await api.list(`?state=active&limit=2${cursor && `&cursor=${cursor}`}`);
      const { items, nextCursor } = page.body as unknown as ListedPage;
      seen.push(...items.map(({ conversationId }) => conversationId));
      cursor = nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 3)).toEqual(ids.reverse());
  });
});
