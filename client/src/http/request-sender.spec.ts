import { type ClientOptions, withDefaults } from '../client-options.js';
import { NoAnswerError } from './no-answer.errors.js';
import { ProblemError } from './problem.errors.js';
import { RequestSender } from './request-sender.js';
import {
  json,
  networkFailure,
  problem,
  type ScriptedAnswer,
  ScriptedFetch,
  silence,
} from './scripted-fetch.fake.js';

const BASE = 'https://guests.example';
const OPENING = '/v1/sessions';

/** Sends a request against a script, in fake time. */
async function outcomeOf(
  [method, path, init]: readonly [string, string, RequestInit?],
  script: readonly ScriptedAnswer[],
  options: Partial<ClientOptions> = {},
): Promise<{ answer: unknown; fake: ScriptedFetch; elapsedMs: number }> {
  const fake = new ScriptedFetch(...script);
  const sender = new RequestSender(withDefaults({ baseUrl: BASE, fetch: fake.fetch, ...options }));
  const startedAt = performance.now();
  let elapsedMs = 0;
  const answer = sender
    .send(new Request(BASE + path, { method, ...init }))
    .then((response) => response.text())
    .catch((error: unknown) => error)
    .finally(() => {
      elapsedMs = performance.now() - startedAt;
    });
  await jest.advanceTimersByTimeAsync(300_000);
  expect(jest.getTimerCount()).toBe(0);
  return { answer: await answer, fake, elapsedMs };
}

const opening = (init: RequestInit = {}): [string, string, RequestInit] => [
  'POST',
  OPENING,
  { body: '{}', ...init },
];

describe(RequestSender.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('returns the answer, and sends the credential with each attempt', async () => {
    let asked = 0;
    const credential = (): string => `key-${(asked += 1)}`;
    const script = [networkFailure(), json({ id: 1 })];
    const { answer, fake } = await outcomeOf(['GET', '/v1/limits'], script, { credential });

    expect(answer).toBe('{"id":1}');
    expect(fake.sent.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer key-1',
      'Bearer key-2',
    ]);
  });

  it.each([['/v1/sessions'], ['/v1/sessions/c/messages']])(
    'keeps one key over all attempts at %s',
    async (path) => {
      const script = [networkFailure(), problem(503, 'shutting-down'), json({}, 201)];
      const { answer, fake } = await outcomeOf(['POST', path, { body: '{"text":"a"}' }], script);
      const keys = fake.sent.map(({ headers }) => headers.get('idempotency-key'));

      expect(answer).toBe('{}');
      expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
      expect(keys).toEqual([keys[0], keys[0], keys[0]]);
      expect(fake.sent.map(({ body }) => body)).toEqual(Array(3).fill('{"text":"a"}'));
    },
  );

  it('keeps the key of the caller, and uses another one for each call without', async () => {
    const own = await outcomeOf(opening({ headers: { 'idempotency-key': 'mine' } }), [json({})]);
    const keys = [];
    for (let call = 0; call < 2; call += 1) {
      const { fake } = await outcomeOf(opening(), [json({})]);
      keys.push(fake.sent[0]?.headers.get('idempotency-key'));
    }

    expect(own.fake.sent[0]?.headers.get('idempotency-key')).toBe('mine');
    expect(new Set(keys).size).toBe(2);
  });

  it.each([
    ['POST', '/v1/sessions/c/typing'],
    ['POST', '/v1/webhooks'],
    ['PATCH', '/v1/webhooks/w'],
  ])('sends %s %s once, since it is not idempotent', async (method, path) => {
    for (const failure of [networkFailure(), problem(429, 'quota-exceeded'), problem(503, 'shutting-down')]) {
      const { answer, fake } = await outcomeOf([method, path], [failure]);

      expect(answer).toBeInstanceOf(Error);
      expect(fake.sent).toHaveLength(1);
      expect(fake.sent[0]?.headers.has('idempotency-key')).toBe(false);
    }
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    [
      'a date',
      { 'retry-after': 'Fri, 15 Jan 2027 08:00:12 GMT', date: 'Fri, 15 Jan 2027 08:00:00 GMT' },
      12_000,
    ],
    ['nothing, by its back-off', {}, 250],
  ])('waits as Retry-After asks in %s', async (_, headers, expected) => {
    const script = [problem(429, 'quota-exceeded', headers), json({})];
    const { answer, elapsedMs } = await outcomeOf(['GET', '/v1/limits'], script);

    expect(answer).toBe('{}');
    expect(elapsedMs).toBe(expected);
  });

  it('waits longer after each failure, and gives up after its attempts', async () => {
    const { answer, fake, elapsedMs } = await outcomeOf(
      ['GET', '/v1/limits'],
      Array.from({ length: 9 }, networkFailure),
    );

    expect(answer).toBeInstanceOf(NoAnswerError);
    expect(fake.sent).toHaveLength(5);
    expect(elapsedMs).toBe(250 + 500 + 1_000 + 2_000);
  });

  it.each([
    ['longer than the longest pause', '31', {}],
    ['later than the deadline', '10', { deadlineMs: 9_000 }],
  ])('does not wait for a Retry-After that is %s', async (_, seconds, options) => {
    const script = [problem(503, 'too-many-streams', { 'retry-after': seconds })];
    const { answer, elapsedMs } = await outcomeOf(['GET', '/v1/limits'], script, options);

    expect(answer).toMatchObject({ code: 'too-many-streams', retryAfterMs: Number(seconds) * 1_000 });
    expect(elapsedMs).toBe(0);
  });

  it.each([
    [400, 'validation-failed', {}],
    [404, 'session-not-found', {}],
    [409, 'guest-in-session', {}],
    [502, 'upstream-error', {}],
    [503, 'upstream-unavailable', { 'idempotency-replayed': 'true' }],
  ])('does not repeat a request with the answer %d %s %p', async (status, code, headers) => {
    const { answer, fake } = await outcomeOf(opening(), [problem(status, code, headers)]);

    expect(answer).toBeInstanceOf(ProblemError);
    expect(answer).toMatchObject({ status, code, requestId: 'r-1' });
    expect(fake.sent).toHaveLength(1);
  });

  it('repeats a keyed request that is in progress elsewhere', async () => {
    const script = [problem(409, 'request-in-progress', { 'retry-after': '1' }), json({}, 201)];
    const { answer, elapsedMs } = await outcomeOf(opening(), script);

    expect([answer, elapsedMs]).toEqual(['{}', 1_000]);
  });

  it('repeats an attempt that gets no answer in its time', async () => {
    const { answer, elapsedMs } = await outcomeOf(opening(), [silence, json({}, 201)], { attemptMs: 5_000 });

    expect([answer, elapsedMs]).toEqual(['{}', 5_250]);
  });

  it('repeats a request whose answer breaks off', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"conver'));
        controller.error(networkFailure());
      },
    });
    const broken = new Response(body, { status: 201, headers: { 'content-type': 'application/json' } });
    const { answer, fake } = await outcomeOf(opening(), [broken, json({ id: 1 }, 201)]);

    expect(answer).toBe('{"id":1}');
    expect(fake.sent).toHaveLength(2);
  });

  it('ends at its deadline, whatever it waits for', async () => {
    const { answer, elapsedMs } = await outcomeOf(['POST', '/v1/webhooks'], [silence], { deadlineMs: 3_000 });

    expect(answer).toMatchObject({ name: 'NoAnswerError', message: 'No answer to POST /v1/webhooks' });
    expect((answer as NoAnswerError).cause).toMatchObject({ name: 'TimeoutError' });
    expect(elapsedMs).toBe(3_000);
  });

  it.each([
    ['during an attempt', silence],
    ['during a pause', networkFailure()],
  ])('rejects with the reason of its signal %s', async (_, first) => {
    const abort = new AbortController();
    const reason = new Error('The page was left');
    setTimeout(() => {
      abort.abort(reason);
    }, 100);
    const { answer, fake } = await outcomeOf(['GET', '/v1/limits', { signal: abort.signal }], [first]);

    expect(answer).toBe(reason);
    expect(fake.sent).toHaveLength(1);
  });

  it('leaves a streamed body without a time limit', async () => {
    let push: (text: string) => void = () => undefined;
    const body = new ReadableStream({
      start(controller) {
        push = (text) => {
          controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        };
      },
    });
    setTimeout(() => {
      push('{"sequence":1}\n');
    }, 200_000);
    const lines = new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
    const { answer } = await outcomeOf(['GET', '/v1/audit/export'], [lines]);

    expect(answer).toBe('{"sequence":1}\n');
  });
});
