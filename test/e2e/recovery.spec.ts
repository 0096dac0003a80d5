import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { until } from '../support/until';

const MESSAGING = '/api/v2/conversations/messaging';
const PACE = {
  HEARTBEAT_MAX_INTERVAL_MS: '200',
  HEARTBEAT_MIN_INTERVAL_MS: '200',
  SYNC_FIRST_RETRY_MS: '500',
  LOG_LEVEL: 'error',
};

describe.each(['sqlite', 'postgres'])('a restart on %s', (kind) => {
  let world: World;
  let api: ApiClient;
  let database: TestDatabase | undefined;

  beforeEach(async () => {
    database = kind === 'postgres' ? await createDatabase() : undefined;
    const storage = database === undefined ? {} : { DATABASE_URL: database.url };
    world = await World.start({ environment: { ...PACE, ...storage } });
    api = new ApiClient(world.url);
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await database?.drop();
  });

  async function restart(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
    await world.restart(overrides);
    api = new ApiClient(world.url);
  }

  it('keeps live sessions and their beats, with growing sequences and without CRM events', async () => {
    const conversationId = await api.opened();
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) >= 2);
    await restart();
    const beats = world.genesys.state.conversation(conversationId)?.beats ?? 0;
    expect(await api.stateOf(conversationId)).toBe('active');
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) >= beats + 2);
    expect(world.genesys.state.conversation(conversationId)).toMatchObject({
      posts: 1,
      sequenceViolations: 0,
    });
    expect(world.crm.eventsOf(conversationId)).toHaveLength(1);
  });

  it('ends a session that exceeded its duration limit meanwhile', async () => {
    const conversationId = await api.opened({ durationLimit: 1 });
    await restart();
    await until(async () => (await api.stateOf(conversationId)) === 'terminated');
    expect((await api.get(conversationId)).body).toMatchObject({ endReason: 'duration-limit' });
  });

  it('continues a disconnect that Genesys Cloud has not confirmed yet', async () => {
    const conversationId = await api.opened();
    world.genesys.faults.add({
      match: { bodyContains: 'disconnected' },
      fault: { kind: 'status', status: 503 },
    });
    const { status, body } = await api.end(conversationId);
    expect({ status, state: body['state'] }).toEqual({ status: 202, state: 'terminating' });
    await restart();
    expect(await api.stateOf(conversationId)).toBe('terminating');
    world.genesys.faults.clear();
    await until(async () => (await api.stateOf(conversationId)) === 'terminated');
    await until(() => world.crm.eventsOf(conversationId).length === 2);
  });

  it('delivers events that the CRM had not accepted before', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
    const conversationId = await api.opened();
    await api.end(conversationId);
    await restart();
    expect(world.crm.eventsOf(conversationId)).toHaveLength(0);
    world.crm.faults.clear();
    await until(() => world.crm.eventsOf(conversationId).length === 2, 30_000);
    const states = world.crm.eventsOf(conversationId).map(({ body }) => (body as { state: string }).state);
    expect(states).toEqual(['connected', 'terminated']);
  });

  it('keeps all counts', async () => {
    await api.end(await api.opened());
    await until(() => world.crm.received.length === 2);
    await until(async () => (await api.request('GET', '/v1/metrics')).body['averageLatencyMs'] !== undefined);
    await restart();
    expect((await api.request('GET', '/v1/metrics')).body).toMatchObject({
      totalSessions: 1,
      disconnectionRate: '0.0000',
      endedByReason: { requested: 1 },
    });
  });

  it('counts all free slots as free', async () => {
    await restart({ SESSION_MAX_CONCURRENT: '3' });
    const ids = [await api.opened(), await api.opened(), await api.opened()];
    await api.end(ids[0] ?? '');
    await restart({ SESSION_MAX_CONCURRENT: '3' });
    expect((await api.open()).status).toBe(201);
    expect(await api.open()).toMatchObject({ status: 429, body: { code: 'session-limit-reached' } });
    expect(world.genesys.requests.count({ method: 'POST', path: MESSAGING })).toBe(4);
  });

  it('in mode "disconnect" ends live sessions upstream and tells the CRM', async () => {
    await restart({ SHUTDOWN_MODE: 'disconnect' });
    const conversationId = await api.opened();
    await restart();
    expect((await api.get(conversationId)).body).toMatchObject({
      state: 'terminated',
      endReason: 'shutdown',
    });
    expect(world.genesys.state.conversation(conversationId)).toMatchObject({
      state: 'disconnected',
      disconnects: 1,
    });
    await until(() => world.crm.eventsOf(conversationId).length === 2);
  });
});
