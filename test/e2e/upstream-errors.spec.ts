import { World } from '../../src/world';
import type { Fault } from '../../src/simulator/fault';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const MESSAGING = '/api/v2/conversations/messaging';
const OPENING = { method: 'POST', path: `^${MESSAGING}$` };
const LEAK = 'text-from-upstream';

describe('opening a session while Genesys Cloud misbehaves', () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      environment: {
        UPSTREAM_TIMEOUT_MS: '1000',
        UPSTREAM_BREAKER_MIN_RPS: '1000000',
        SESSION_OPEN_DEADLINE_MS: '10000',
        LOG_LEVEL: 'debug',
      },
    });
    api = new ApiClient(world.url);
    await api.opened();
    await until(() => world.crm.received.length === 1);
  });

  afterEach(async () => {
    world.genesys.faults.clear();
    // A 429 closes the client for its whole wait: the next test starts with an open one.
    const { clients } = (await api.request('GET', '/v1/limits')).body as {
      clients: { budget: { closedSeconds: number } }[];
    };
    if (clients.some(({ budget }) => budget.closedSeconds > 1)) {
      await world.restart();
      api = new ApiClient(world.url);
    }
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Makes one opening under a fault; returns its answer and the number of upstream requests. */
  async function openUnder(
    fault: Fault,
    times?: number,
  ): Promise<{ answer: Awaited<ReturnType<ApiClient['open']>>; posts: number }> {
    const before = world.genesys.requests.count({ method: 'POST', path: MESSAGING });
    world.genesys.faults.add({ match: OPENING, fault, ...(times === undefined ? {} : { times }) });
    const answer = await api.open();
    return { answer, posts: world.genesys.requests.count({ method: 'POST', path: MESSAGING }) - before };
  }

  async function slotsInUse(): Promise<number> {
    const { body } = await api.request('GET', '/metrics');
    return Number(/^guest_sessions_session_slots_in_use (\d+)$/m.exec(String(body['text']))?.[1]);
  }

  const status = (code: number, more: object = {}): Fault => ({
    kind: 'status',
    status: code,
    body: { message: LEAK },
    ...more,
  });
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();

  it.each<[string, Fault, number, string, number]>([
    ['400', status(400), 502, 'upstream-rejected', 1],
    ['401 with every token', status(401), 502, 'upstream-unauthorized', 2],
    ['403', status(403), 502, 'upstream-forbidden', 1],
    ['404', status(404), 502, 'upstream-rejected', 1],
    ['409', status(409), 502, 'upstream-rejected', 1],
    ['500', status(500), 502, 'upstream-error', 1],
    ['503', status(503), 502, 'upstream-error', 1],
    ['three 429s in a row', status(429, { retryAfter: 0 }), 503, 'upstream-throttled', 3],
    ['429 until a date in an hour', status(429, { retryAfter: inAnHour }), 503, 'upstream-throttled', 1],
    ['429 for ten years', status(429, { retryAfter: 315_360_000 }), 503, 'upstream-throttled', 1],
    ['200 with HTML', { kind: 'garbage' }, 502, 'upstream-invalid-response', 1],
    ['200 with an empty body', { kind: 'empty' }, 502, 'upstream-invalid-response', 1],
    ['200 with truncated JSON', { kind: 'truncated-json' }, 502, 'upstream-invalid-response', 1],
    [
      'a redirect',
      { kind: 'redirect', location: 'http://127.0.0.1:9/' },
      502,
      'upstream-invalid-response',
      1,
    ],
    ['100 MB', { kind: 'huge', bytes: 100_000_000 }, 502, 'upstream-invalid-response', 1],
    ['a gzip bomb', { kind: 'gzip-bomb', bytes: 20_000_000 }, 502, 'upstream-invalid-response', 1],
    ['silence before the headers', { kind: 'hang-before-headers' }, 504, 'upstream-timeout', 1],
    ['silence after the headers', { kind: 'hang-after-headers' }, 504, 'upstream-timeout', 1],
    ['one byte a second', { kind: 'trickle', bytesPerSecond: 1 }, 504, 'upstream-timeout', 1],
    ['resets', { kind: 'reset' }, 503, 'upstream-unavailable', 3],
  ])(
    '%s: gives the caller a problem, and leaves no session, no taken slot and no CRM event',
    async (_what, fault, expected, code, posts) => {
      const heardBefore = world.crm.received.length;
      const slotsBefore = await slotsInUse();
      const { answer, posts: asked } = await openUnder(fault);
      expect(answer).toMatchObject({ status: expected, body: { code, type: `/problems/${code}` } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.stringify(answer.body)).not.toContain(LEAK);
      expect(asked).toBe(posts);
      expect(await slotsInUse()).toBe(slotsBefore);

      const { items } = (await api.list('?state=failed&limit=1')).body as {
        items: { conversationId: string }[];
      };
      const conversationId = items[0]?.conversationId ?? '';
      const trail = await auditTrailOf(world, conversationId);
      expect(trail).toEqual([
        expect.objectContaining({
          action: 'SESSION_FAILED',
          detail: expect.objectContaining({ error: code }),
        }),
      ]);
      expect(world.crm.received).toHaveLength(heardBefore);
    },
    30_000,
  );

  it("passes on the upstream's Retry-After", async () => {
    const { answer } = await openUnder(status(429, { retryAfter: 120 }));
    expect(answer.headers.get('retry-after')).toBe('120');
  });

  it('waits as long as Genesys Cloud requests within the deadline, and then succeeds', async () => {
    const startedAt = Date.now();
    const { answer, posts } = await openUnder(status(429, { retryAfter: 1 }), 1);
    expect(answer.status).toBe(201);
    expect(posts).toBe(2);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1000);
  });

  it('tries again after a reset, under the same conversation id', async () => {
    const { answer, posts } = await openUnder({ kind: 'reset', effect: 'after' }, 1);
    expect(answer.status).toBe(201);
    expect(posts).toBe(2);
    expect(world.genesys.state.conversation(String(answer.body['conversationId']))?.posts).toBe(2);
  });

  it('closes the conversation that may have been opened behind an unreadable answer', async () => {
    const before = new Set(world.genesys.state.conversations.keys());
    const { answer } = await openUnder({ kind: 'garbage', effect: 'after' });
    expect(answer.status).toBe(502);
    const opened = [...world.genesys.state.conversations.values()].filter(({ id }) => !before.has(id));
    expect(opened).toHaveLength(1);
    await until(() => opened[0]?.state === 'disconnected');
  });

  it('closes the conversation of a lost answer also when the attempts after it are refused', async () => {
    const before = new Set(world.genesys.state.conversations.keys());
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'reset', effect: 'after' }, times: 1 });
    const { answer, posts } = await openUnder(status(403));
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream-forbidden' } });
    expect(posts).toBe(2);
    const opened = [...world.genesys.state.conversations.values()].filter(({ id }) => !before.has(id));
    await until(() => opened.length === 1 && opened[0]?.state === 'disconnected');
  });

  it('reports a refused OAuth client, without its secret', async () => {
    world.genesys.state.revokeClient('demo-client');
    const { status: code, body } = await api.open();
    world.genesys.state.restoreClient('demo-client');
    expect({ code, body }).toMatchObject({ code: 502, body: { code: 'upstream-unauthorized' } });
    expect(body['detail']).toContain('invalid client credentials');
    await until(async () => (await api.open()).status === 201);
  });

  it('puts the request id on every line of a request, and into its audit records', async () => {
    const { body } = await api.open({}, { 'x-request-id': 'order-4711' });
    const trail = await auditTrailOf(world, String(body['conversationId']));
    expect(trail[0]).toMatchObject({ action: 'SESSION_INITIALIZED', requestId: 'order-4711' });
    expect(logs.with('SESSION_INITIALIZED').at(-1)).toMatchObject({ requestId: 'order-4711', level: 'info' });
  });
});
