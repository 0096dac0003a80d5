import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { type CollectedSpan, SpanCollector } from '../support/span-collector';
import { until } from '../support/until';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;
const NAME = 'Traced Guest-Name 1f7a';
const UPSTREAM = 'POST /api/v2/conversations/messaging';

describe('traces', () => {
  let collector: SpanCollector;
  let logs: LogCapture;
  let world: World;
  let api: ApiClient;

  beforeEach(async () => {
    collector = await SpanCollector.start();
    logs = new LogCapture();
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  async function start(environment: Readonly<Record<string, string>> = collector.environment): Promise<void> {
    world = await World.start({ logOutput: logs, environment });
    api = new ApiClient(world.url);
  }

  const ofTrace = (traceId: string): readonly CollectedSpan[] =>
    collector.spans.filter((span) => span.traceId === traceId);

  /** Opens a session and resolves with the spans of its trace once its delivery is among them, by their names. */
  async function opened(headers: Readonly<Record<string, string>> = { traceparent: TRACEPARENT }): Promise<{
    id: string;
    span: (name: string, parent?: CollectedSpan) => CollectedSpan;
  }> {
    const id = String((await api.open({ name: NAME }, headers)).body['conversationId']);
    const spans = (): readonly CollectedSpan[] => {
      const delivery = collector.named('delivery.attempt').find(isOf(id));
      return ofTrace(delivery?.traceId ?? '');
    };
    await until(() => spans().some(({ kind }) => kind === 2));
    const span = (name: string, parent?: CollectedSpan): CollectedSpan => {
      const found = spans().find(
        (each) => each.name === name && (!parent || each.parentId === parent.spanId),
      );
      if (found === undefined)
        throw new Error(
          `No span ${name} among ${spans()
            .map((each) => each.name)
            .join()}`,
        );
      return found;
    };
    return { id, span };
  }

  it('of an opening lead from the request of the caller to the delivery of its event', async () => {
    await start();
    const { id, span } = await opened();
    const request = span('POST /v1/sessions');
    const opening = span('session.open', request);
    const reservation = span('session.reserve', opening);
    const upstream = span(UPSTREAM, opening);
    const activation = span('session.activate', opening);
    const commit = span('transaction', activation);
    const delivery = span('delivery.attempt', commit);

    expect([request.traceId, request.parentId, request.kind]).toEqual([TRACE_ID, PARENT_ID, 2]);
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 201,
      'http.route': '/v1/sessions',
      'url.scheme': 'http',
    });
    expect(span('transaction', reservation).attributes).toEqual({ 'db.system.name': 'sqlite' });
    expect(upstream.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'url.template': '/api/v2/conversations/messaging',
      'http.response.status_code': 200,
      'genesys.attempt': 1,
    });
    expect(delivery.attributes).toMatchObject({ 'delivery.sink': 'crm', 'conversation.id': id });
    expect(delivery.resource).toMatchObject({ 'service.name': 'genesys-guest-sessions' });
    const [sent] = world.crm.requests.find({ conversationId: id });
    expect(sent?.headers['traceparent']).toBe(`00-${TRACE_ID}-${delivery.spanId}-01`);
  });

  it('begin at the service without the traceparent of a caller, and their ids are in its log lines', async () => {
    await start();
    world.genesys.faults.add({
      match: { method: 'POST', path: '/api/v2/conversations/messaging' },
      fault: { kind: 'status', status: 400 },
    });
    await api.open();
    await until(() => collector.named('POST /v1/sessions').length === 1);
    const [request] = collector.named('POST /v1/sessions');
    const opening = collector.named('session.open')[0];

    expect(request?.parentId).toBeUndefined();
    expect([request?.isFailed, opening?.isFailed]).toEqual([true, true]);
    const lines = logs.lines.filter((line) => line['traceId'] === request?.traceId);
    expect(lines.length).toBeGreaterThan(0);
    expect(collector.spans.map(({ spanId }) => spanId)).toEqual(
      expect.arrayContaining(lines.map((line) => String(line['spanId']))),
    );
  });

  it('number the attempts of a request that is repeated', async () => {
    await start();
    world.genesys.faults.add({
      match: { method: 'POST', path: '/api/v2/conversations/messaging' },
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      times: 1,
    });
    await opened();
    const attempts = collector.named(UPSTREAM).map(({ attributes }) => attributes['genesys.attempt']);

    expect(attempts).toEqual([1, 2]);
  });

  it('of an event are stored with it: a delivery after a restart continues them', async () => {
    await start();
    world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
    const { body } = await api.open({}, { traceparent: TRACEPARENT });
    const attempts = (): readonly CollectedSpan[] =>
      collector.named('delivery.attempt').filter(isOf(String(body['conversationId'])));
    await until(() => attempts().length > 0);
    world.crm.faults.clear();
    await world.restart({ SYNC_FIRST_RETRY_MS: '10', SYNC_PROBE_INTERVAL_MS: '100' });
    await until(() => attempts().some(({ isFailed }) => !isFailed), 20_000);

    expect(new Set(attempts().map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
    expect(new Set(attempts().map(({ parentId }) => parentId)).size).toBe(1);
  });

  it('hold no name, text, token or key', async () => {
    await start({ ...collector.environment, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=canary-of-the-collector' });
    const { id } = await opened();
    await api.request('GET', `/v1/sessions/${id}?a=${NAME}`);
    await api.request('POST', '/v1/sessions', { queueId: 7, name: NAME });
    await api.end(id);
    await until(() => collector.named('DELETE /v1/sessions/:conversationId').length === 1);
    const { headers } = world.genesys.requests.find({ conversationId: id })[0] ?? {};
    const token = String(headers?.authorization).slice('Bearer '.length);
    const secrets = [NAME, 'Guest-Name', token, 'demo-secret', 'canary-of-the-collector', 'jwt_'];

    expect(collector.raw).toContain(id);
    expect(secrets.filter((secret) => collector.raw.includes(secret))).toEqual([]);
    expect(collector.requests[0]?.headers['x-key']).toBe('canary-of-the-collector');
    expect(logs.raw).not.toContain('canary-of-the-collector');
  });

  it('are lost with one log line when the collector fails, and no request is', async () => {
    collector.status = 400;
    await start();
    for (let count = 0; count < 3; count += 1) expect((await api.open()).status).toBe(201);
    await until(() => logs.lines.some(({ message }) => message === 'Span export failed'));
    expect((await api.open()).status).toBe(201);
    const page = await (await fetch(`${world.url}/metrics`)).text();

    expect(page).toMatch(/^guest_sessions_trace_spans_total\{result="failed"\} [1-9]/m);
    expect(logs.lines.filter(({ message }) => message === 'Span export failed')).toHaveLength(1);
  });

  it('are not recorded out of a sample, and the decision of a caller stands', async () => {
    await start({ ...collector.environment, OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    await api.open();
    await api.open({}, { traceparent: TRACEPARENT.replace(/01$/, '00') });
    await opened();

    expect(collector.named('session.open')).toHaveLength(1);
    expect(ofTrace(TRACE_ID)).toEqual(collector.spans);
  });

  it('are off by default: nothing is stored with an event, and its delivery has a trace of its own', async () => {
    await start({});
    const { body } = await api.open({}, { traceparent: TRACEPARENT });
    const id = String(body['conversationId']);
    await until(() => world.crm.eventsOf(id).length === 1);
    const [sent] = world.crm.requests.find({ conversationId: id });

    expect(sent?.headers['traceparent']).not.toContain(TRACE_ID);
    expect(logs.lines.filter((line) => 'spanId' in line)).toEqual([]);
    expect(collector.requests).toEqual([]);
  });
});

function isOf(conversationId: string): (span: CollectedSpan) => boolean {
  return ({ attributes }) => attributes['conversation.id'] === conversationId;
}
