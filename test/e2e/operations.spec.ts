import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

describe("the operators' view", () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      environment: { HEARTBEAT_MAX_INTERVAL_MS: '100', HEARTBEAT_MIN_INTERVAL_MS: '100' },
    });
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('is a live and ready service, reported by terminus', async () => {
    expect(await api.request('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await api.request('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { accepting: { status: 'up' }, database: { status: 'up' } } },
    });
  });

  it('is a service that stays ready while Genesys Cloud and the CRM fail', async () => {
    world.genesys.faults.add({ fault: { kind: 'status', status: 500 } });
    world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
    expect((await api.open()).status).toBe(502);
    expect((await api.request('GET', '/health/ready')).status).toBe(200);
    world.genesys.faults.clear();
    world.crm.faults.clear();
  });

  it("is the contract's summary before the first session", async () => {
    expect((await api.request('GET', '/v1/metrics')).body).toEqual({
      averageLatencyMs: 0,
      disconnectionRate: '0.0000',
      totalSessions: 0,
      endedByReason: {},
    });
  });

  it('is a Prometheus page without an id in any label', async () => {
    const conversationId = await api.opened();
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) >= 2);
    await until(() => world.crm.eventsOf(conversationId).length === 1);
    const { headers, body } = await api.request('GET', '/metrics');
    const page = String(body['text']);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(page).not.toContain(conversationId);
    for (const series of [
      'guest_sessions_sessions_created_total{outcome="ok"} 1',
      'guest_sessions_session_slots_in_use 1',
      'guest_sessions_heartbeats_running 1',
      'guest_sessions_heartbeats_total{result="ok"}',
      'guest_sessions_heartbeat_lateness_seconds_count',
      'guest_sessions_upstream_request_duration_seconds_count{operation="open",result="2xx"} 1',
      'guest_sessions_oauth_refresh_total{result="ok"} 1',
      'guest_sessions_delivery_attempts_total{sink="crm",result="ok"}',
      'guest_sessions_http_request_duration_seconds_count{route="/v1/sessions",method="POST",status_class="2xx"} 1',
      'process_resident_memory_bytes',
    ]) {
      expect(page).toContain(series);
    }
    await api.end(conversationId);
  });

  it('is one JSON object per log line, with its level, time, message and context', () => {
    expect(logs.lines.length).toBeGreaterThan(3);
    for (const line of logs.lines) {
      expect(line).toMatchObject({
        level: expect.any(String),
        timestamp: expect.stringMatching(/^\d{4}-/),
        message: expect.any(String),
      });
    }
    expect(logs.with('SESSION_INITIALIZED')[0]).toMatchObject({ context: 'Audit', level: 'info' });
  });

  it('has no request ids on log lines of background work', async () => {
    await until(() => logs.with('CRM_SYNC_SUCCESS').length > 0);
    for (const line of logs.with('CRM_SYNC_SUCCESS')) expect(line).not.toHaveProperty('requestId');
  });

  it('is an OpenAPI 3.1 document and a page to read it', async () => {
    const { status, body } = await api.request('GET', '/openapi.json');
    expect({ status, version: body['openapi'] }).toEqual({ status: 200, version: '3.1.0' });
    expect(Object.keys(body['paths'] as object)).toEqual(
      expect.arrayContaining([
        '/v1/sessions',
        '/v1/sessions/{conversationId}',
        '/v1/metrics',
        '/health/ready',
      ]),
    );
    expect((await api.request('GET', '/docs')).status).toBe(200);
  });
});
