import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { DeliveriesApi } from '../support/deliveries-api';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PROBE_MS = 300;

describe("a sink in the operators' API", () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;

  beforeEach(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        SYNC_FIRST_RETRY_MS: '600000',
        SYNC_PROBE_INTERVAL_MS: String(PROBE_MS),
        LOG_LEVEL: 'error',
      },
    });
    connect();
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  function connect(): void {
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
  }

  /** Returns the status of the readiness probe, and its entries of the sinks. */
  async function readiness(): Promise<unknown> {
    const { status, body } = await api.request('GET', '/health/ready');
    const { sinks } = body['details'] as Record<string, unknown>;
    return { status, sinks };
  }

  /** Returns the metrics pending, paused and failing. */
  async function gauges(): Promise<readonly number[]> {
    const names = ['outbox_pending', 'sink_paused', 'sink_failing'];
    return Promise.all(names.map((name) => deliveries.metric(`${name}{sink="crm"}`)));
  }

  async function sinkActions(): Promise<unknown[]> {
    const trail = await auditTrailOf(world);
    return trail
      .filter(({ action }) => action.startsWith('SINK'))
      .map(({ action, conversationId, detail }) => [action, conversationId, detail]);
  }

  it('that is healthy is shown as healthy in API, metrics and readiness', async () => {
    const conversationId = await api.opened();
    await until(async () => (await deliveries.historyOf(conversationId)).status === 'delivered');

    const healthy = { name: 'crm', condition: 'healthy', pending: 0, blockedConversations: 0, dead: 0 };
    expect((await api.request('GET', '/v1/sinks')).body).toEqual({ items: [healthy] });
    expect(await deliveries.sink()).toEqual(healthy);
    expect(await readiness()).toMatchObject({ status: 200, sinks: { status: 'up', crm: 'healthy' } });
    expect(await gauges()).toEqual([0, 0, 0]);
    expect(await deliveries.metric('outbox_oldest_age_seconds{sink="crm"}')).toBe(0);
    expect(await deliveries.metric('delivery_attempts_total{sink="crm",result="ok"}')).toBe(1);
    expect(await deliveries.metric('delivery_event_delay_seconds_count{sink="crm"}')).toBe(1);
    expect(await deliveries.metric('delivery_event_delay_seconds_bucket{le="60",sink="crm"}')).toBe(1);
  });

  it('that is paused keeps its events until it is resumed, also after a restart', async () => {
    expect(await deliveries.pause()).toMatchObject({
      condition: 'paused',
      pauseReason: 'operator',
      pausedAt: expect.stringMatching(ISO),
    });
    const { pausedAt } = await deliveries.pause();
    const conversationId = await api.opened();
    await api.end(conversationId);
    expect(await deliveries.sink()).toMatchObject({ pausedAt, pending: 2, oldestAt: expect.any(String) });
    expect(await gauges()).toEqual([2, 1, 0]);
    await until(async () => (await deliveries.metric('outbox_oldest_age_seconds{sink="crm"}')) > 0);
    expect(await readiness()).toMatchObject({ status: 200, sinks: { crm: 'paused' } });

    await world.restart();
    connect();

    expect(await deliveries.sink()).toMatchObject({ condition: 'paused', pausedAt, pending: 2 });
    expect(await readiness()).toMatchObject({ status: 200, sinks: { crm: 'paused' } });
    // A replayed delivery of a paused sink is sent once the sink is resumed.
    await deliveries.retry((await deliveries.of(conversationId))[0]?.id ?? '');
    expect(world.crm.requests.total).toBe(0);

    const resumed = await deliveries.resume();
    expect(resumed.condition).toBe('healthy');
    expect(resumed).not.toHaveProperty('pausedAt');
    await until(() => world.crm.eventsOf(conversationId).length === 2);
    await deliveries.resume();
    expect(await sinkActions()).toEqual([
      ['SINK_PAUSED', null, { sink: 'crm', reason: 'operator' }],
      ['SINK_RESUMED', null, { sink: 'crm' }],
      ['SINK_RESUMED', null, { sink: 'crm' }],
    ]);
  });

  it('whose receiver is gone is paused automatically, also after a restart, and loses no event', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 410 } });
    const conversationId = await api.opened();
    await until(async () => (await deliveries.sink()).condition === 'paused');
    expect(await deliveries.sink()).toMatchObject({ pauseReason: 'receiver-gone', pending: 1 });
    await api.end(conversationId);
    world.crm.faults.clear();

    await world.restart();
    connect();
    expect(await deliveries.sink()).toMatchObject({ condition: 'paused', pauseReason: 'receiver-gone' });
    expect(world.crm.requests.total).toBe(1);

    await deliveries.resume();
    await until(() => world.crm.eventsOf(conversationId).length === 2);
    expect(await sinkActions()).toEqual([
      ['SINK_PAUSED', null, { sink: 'crm', reason: 'receiver-gone' }],
      ['SINK_RESUMED', null, { sink: 'crm' }],
    ]);
  });

  it('whose receiver fails is shown as failing, and as healthy after its recovery', async () => {
    const outage = world.crm.faults.add({ fault: { kind: 'status', status: 503 } });
    const ids: string[] = [];
    while (ids.length < 6) ids.push(await api.opened());
    await until(async () => (await deliveries.sink()).condition === 'failing');
    expect(await gauges()).toEqual([6, 0, 1]);
    expect(await readiness()).toMatchObject({ status: 200, sinks: { crm: 'failing' } });
    expect((await deliveries.sink()).blockedConversations).toBeGreaterThanOrEqual(5);

    world.crm.faults.remove(outage);

    await until(() => ids.every((id) => world.crm.eventsOf(id).length === 1));
    await until(async () => (await deliveries.sink()).condition === 'healthy');
    expect(await gauges()).toEqual([0, 0, 0]);
    expect(
      await deliveries.metric('delivery_attempts_total{sink="crm",result="failed"}'),
    ).toBeGreaterThanOrEqual(5);
    expect(await deliveries.metric('delivery_attempts_total{sink="crm",result="ok"}')).toBe(6);
  });

  it('is tested with an event of no session, beside the queue and also while it is paused', async () => {
    await deliveries.pause();
    expect(await deliveries.test()).toEqual({
      at: expect.stringMatching(ISO),
      result: 'accepted',
      latencyMs: expect.any(Number),
    });
    expect(world.crm.received.map(({ body }) => body)).toEqual([
      expect.objectContaining({ type: 'session.test', sequence: 1, metadata: {} }),
    ]);
    world.crm.faults.add({ fault: { kind: 'status', status: 410 } });
    expect(await deliveries.test()).toMatchObject({ result: 'failed', status: 410, error: 'status 410' });
    expect(await deliveries.list()).toEqual({ items: [], nextCursor: null });
    expect(await deliveries.sink()).toMatchObject({ condition: 'paused', pauseReason: 'operator' });
  });

  it('is not found by an unknown name', async () => {
    for (const name of ['archive', 'CRM', 'crm%00']) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/pause'],
        ['POST', '/resume'],
        ['POST', '/test'],
      ] as const) {
        const { status, body } = await api.request(method, `/v1/sinks/${name}${path}`);
        expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'sink-not-found' });
      }
    }
    expect(await sinkActions()).toEqual([]);
  });

  it('is in the OpenAPI document, with its deliveries', async () => {
    const { body } = await api.request('GET', '/openapi.json');
    const paths = body['paths'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const routes = Object.entries(paths)
      .filter(([path]) => /^\/v1\/(deliveries|sinks)/.test(path))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(routes.sort()).toEqual([
      'get /v1/deliveries',
      'get /v1/deliveries/{id}',
      'get /v1/sinks',
      'get /v1/sinks/{name}',
      'post /v1/deliveries/replay',
      'post /v1/deliveries/{id}/retry',
      'post /v1/sinks/{name}/pause',
      'post /v1/sinks/{name}/resume',
      'post /v1/sinks/{name}/test',
    ]);
  });
});
