import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import { aCaller, allBut, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { sendHalfClosed } from '../support/raw-http';
import { expectProblem, opening } from '../support/refusals';
import { until } from '../support/until';

const MESSAGING = '/api/v2/conversations/messaging';
const OPENING = { method: 'POST', path: MESSAGING };

describe('openings with an idempotency key', () => {
  const logs = new LogCapture();
  let world: World;
  let api: ApiClient;
  let made = 0;

  beforeAll(async () => {
    world = await World.start({ environment: { LOG_LEVEL: 'debug' }, logOutput: logs });
    api = new ApiClient(world.url);
  });

  afterEach(() => {
    world.genesys.faults.clear();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const newKey = (): string => `key-canary-${(made += 1)}`;
  const open = (key: string, body = {}, from = api): Promise<Answer> =>
    from.open({ name: 'Ada', ...body }, { 'idempotency-key': key });
  const sent = (): number => world.genesys.requests.count(OPENING);

  function expectReplayed(answer: Answer, first: Answer): void {
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([201, JSON.stringify(first.body)]);
    for (const name of ['location', 'etag', 'cache-control', 'content-type'])
      expect([name, answer.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    expect(answer.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  }

  it('get the same answer again byte for byte, also after the session has ended', async () => {
    const key = newKey();
    const before = sent();
    const first = await open(key);
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);

    expectReplayed(await open(key), first);
    expectReplayed(await open(`"${key}"`), first);
    await api.end(String(first.body['conversationId']));
    expectReplayed(await open(key), first);
    await world.restart();
    api = new ApiClient(world.url);
    expectReplayed(await open(key), first);

    expect(sent()).toBe(before + 1);
  });

  it("are answered with the session's ETag", async () => {
    const { body, headers } = await open(newKey());
    const shown = await api.get(String(body['conversationId']));

    expect(headers.get('etag')).toBe(shown.headers.get('etag'));
  });

  it('are refused when the key was used with another body, and open no session', async () => {
    const key = newKey();
    await open(key);
    const before = sent();

    for (const other of [{ name: 'Bob' }, { durationLimit: 60 }, { queueId: 'sales' }])
      expect((await open(key, other)).body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(sent()).toBe(before);
  });

  it('open one session for 100 concurrent requests, which all get its answer', async () => {
    const key = newKey();
    const before = sent();
    const answers = await Promise.all(Array.from({ length: 100 }, () => open(key)));

    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const replays = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
    expect(replays).toHaveLength(99);
    expect(sent()).toBe(before + 1);
  });

  it('wait for the first one up to a limit, and are then answered that it is in progress', async () => {
    const key = newKey();
    const before = sent();
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'delay', ms: 4_000 }, times: 1 });
    const first = open(key);
    await until(() => sent() > before);

    const second = await open(key);
    expect(second.body).toMatchObject({ status: 409, code: 'request-in-progress' });
    expect(second.headers.get('retry-after')).toBe('1');

    const opened = await first;
    expectReplayed(await open(key), opened);
    expect(sent()).toBe(before + 1);
  });

  it('continue after their caller has disconnected, and the next request gets the answer', async () => {
    const key = newKey();
    const before = sent();
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'delay', ms: 300 }, times: 1 });
    const controller = new AbortController();
    const lost = fetch(`${world.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ queueId: 'support', name: 'Ada' }),
      signal: controller.signal,
    }).catch(() => 'lost');
    await until(() => sent() > before);
    controller.abort();
    expect(await lost).toBe('lost');

    const answer = await open(key);

    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(sent()).toBe(before + 1);
  });

  it.each([
    ['with a key', { 'idempotency-key': 'half-closed' }],
    ['without a key', {}],
  ])('are answered when their client has closed its side of the connection: %s', async (_, headers) => {
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'delay', ms: 300 }, times: 1 });
    const answer = await sendHalfClosed(world.url, opening('{"queueId":"support","name":"Ada"}', headers));

    expect(answer).toMatchObject({ status: 201, headers: { connection: 'close' } });
    const { conversationId } = JSON.parse(answer.body) as { conversationId: string };
    expect(await api.stateOf(conversationId)).toBe('active');
  });

  it('are refused when their client has closed its side before the end of the request', async () => {
    const before = sent();
    const request = opening('{"queueId":"support"', { 'content-length': '40' });

    expectProblem(await sendHalfClosed(world.url, request), 400, 'bad-request');
    expect(sent()).toBe(before);
  });

  it('are answered with the same failure again when it may have taken effect', async () => {
    const key = newKey();
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'status', status: 500 } });
    const first = await open(key);
    world.genesys.faults.clear();
    const again = await open(key);

    expect(first.body).toMatchObject({ status: 502, code: 'upstream-error' });
    const { requestId, ...told } = first.body;
    expect(again.body).toEqual({
      ...told,
      requestId: expect.not.stringMatching(String(requestId)) as string,
    });
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  });

  it('start again after a failure without effect', async () => {
    const key = newKey();
    world.genesys.faults.add({ match: OPENING, fault: { kind: 'status', status: 403 } });
    expect((await open(key)).body).toMatchObject({ status: 502, code: 'upstream-forbidden' });
    world.genesys.faults.clear();

    const opened = await open(key);
    expect([opened.status, opened.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it('start again once the key has expired', async () => {
    const key = newKey();
    const first = await open(key);
    const { db } = world.app.get(DatabaseConnection);
    const conversationId = String(first.body['conversationId']);
    await db
      .updateTable('idempotency_key')
      .set({ expires_at: Date.now() })
      .where('conversation_id', '=', conversationId)
      .execute();

    const second = await open(key, { name: 'Bob' });
    expect(second.status).toBe(201);
    expect(second.body['conversationId']).not.toBe(conversationId);
  });

  it('are refused with an invalid key', async () => {
    const before = sent();
    for (const key of ['', ' ', 'a b', '"a', '""', 'ü', 'k'.repeat(256), 'key-1, key-2'])
      expect([key, (await open(key)).body]).toEqual([
        key,
        expect.objectContaining({ status: 400, code: 'idempotency-key-invalid' }),
      ]);
    expect(sent()).toBe(before);
    expect((await open('k'.repeat(255))).status).toBe(201);
  });

  it('leave neither the key nor the answer readable in the log or the database', async () => {
    const { db } = world.app.get(DatabaseConnection);
    const rows = JSON.stringify(await db.selectFrom('idempotency_key').selectAll().execute());

    expect(rows).toContain('"answer":"enc:demo:');
    expect(rows).not.toMatch(/canary|"jwt_|"Ada|support/);
    expect(logs.lines.length).toBeGreaterThan(20);
    expect(logs.raw).not.toContain('canary');
  });

  it('are counted', async () => {
    await open(newKey());
    const { body } = await api.request('GET', '/metrics');

    expect(String(body['text'])).toMatch(/guest_sessions_idempotency_total\{result="opened"\} [1-9]/);
    for (const result of ['replayed', 'reused', 'invalid'])
      expect(String(body['text'])).toContain(`guest_sessions_idempotency_total{result="${result}"}`);
  });

  it('are separate for each caller', async () => {
    const callers = [aCaller('billing', allBut('sessions.any')), aCaller('support')];
    await world.restart(keysOf(...callers));
    const [billing, support] = callers.map(({ headers }) => new ApiClient(world.url, headers));
    const key = newKey();
    const [one, other] = [await open(key, {}, billing), await open(key, { name: 'Bob' }, support)];

    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body['conversationId']).not.toBe(other.body['conversationId']);
    expectReplayed(await open(key, {}, billing), one);
  });
});
