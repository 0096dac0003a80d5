import fastify, { type FastifyInstance } from 'fastify';
import { RecordingLog } from '../audit/recording-log.fake';
import { FakeSharedTokenBucketStore } from '../common/limits/shared-token-bucket-store.fake';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { AccessTelemetry } from './access.telemetry';
import { QuotaExceededError } from './domain/access.errors';
import { Caller } from './domain/caller';
import { CallerRateLimiter } from './quota/caller-rate-limiter';
import { limitCallers } from './quota-hook';
import { RequestCallers } from './request-callers';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

const billing = new Caller('billing', new Set(['sessions.read']));
let caller: Caller | undefined;
let caught: unknown;
let parsed: number;
let server: FastifyInstance;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  RecordingLog.install();
  [caller, caught, parsed] = [billing, undefined, 0];
  const environment = Object.assign(new Environment(), { CALLER_REQUESTS_PER_MINUTE: 40 });
  const quotas = new CallerRateLimiter(new AccessConfig(environment), new FakeSharedTokenBucketStore());
  server = fastify();
  server.addHook('onRequest', (request, _reply, done) => {
    if (caller !== undefined && request.headers['x-forwarded'] === undefined)
      RequestCallers.set(request, caller);
    else if (caller !== undefined) RequestCallers.setForwarded(request, caller);
    done();
  });
  limitCallers(server, quotas, new AccessTelemetry(new ReadableMetrics()));
  server.addContentTypeParser('text/plain', (_request, _payload, done) => {
    parsed += 1;
    done(null);
  });
  server.post('/', () => 'done');
  server.get('/broken', () => {
    throw new Error('broken');
  });
  server.setErrorHandler((error, _request, reply) => {
    caught = error;
    void reply.code(500).send();
  });
});
afterEach(async () => {
  jest.useRealTimers();
  await server.close();
});

async function post(): Promise<Answer> {
  return server.inject({
    method: 'POST',
    url: '/',
    payload: 'body',
    headers: { 'content-type': 'text/plain' },
  });
}

async function exhaust(): Promise<void> {
  for (let count = 0; count < 40; count += 1) await post();
}

describe(limitCallers.name, () => {
  it('states the quota in every response', async () => {
    const { statusCode, headers } = await post();
    const failed = await server.inject('/broken');

    expect([statusCode, headers['ratelimit-policy'], headers['ratelimit']]).toEqual([
      200,
      '"caller";q=40;w=60',
      '"caller";r=39;t=2',
    ]);
    expect([failed.statusCode, failed.headers['ratelimit']]).toEqual([500, '"caller";r=38;t=2']);
  });

  it('refuses before any of the body is read, and says when to retry', async () => {
    await exhaust();
    parsed = 0;
    const { headers } = await post();

    expect([parsed, headers['ratelimit']]).toEqual([0, '"caller";r=0;t=2']);
    expect(caught).toBeInstanceOf(QuotaExceededError);
    expect(caught).toMatchObject({ code: 'quota-exceeded', retryAfterMs: 1_500 });
  });

  it('does not count a request that another replica has counted', async () => {
    const { headers } = await server.inject({ method: 'POST', url: '/', headers: { 'x-forwarded': 'yes' } });

    expect(headers).not.toHaveProperty('ratelimit');
    expect((await post()).headers['ratelimit']).toBe('"caller";r=39;t=2');
  });

  it('serves a caller that has waited that long, and none earlier', async () => {
    await exhaust();
    jest.advanceTimersByTime(1_499);
    expect((await post()).statusCode).toBe(500);
    jest.advanceTimersByTime(1);
    expect((await post()).statusCode).toBe(200);
    expect((await post()).statusCode).toBe(500);
  });

  it.each([
    ['the route is public', undefined],
    ['the mode needs no credentials', Caller.anonymous],
  ])('limits no caller if %s', async (_, identified) => {
    await exhaust();
    caller = identified;
    const { statusCode, headers } = await post();

    expect([statusCode, Object.keys(headers).filter((name) => name.startsWith('ratelimit'))]).toEqual([
      200,
      [],
    ]);
  });
});
