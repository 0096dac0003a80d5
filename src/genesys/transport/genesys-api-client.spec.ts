import { FakeLeaseFence } from '../../session/ports/lease-fence.fake';
import { RecordingLog } from '../../audit/recording-log.fake';
import { AccessTokenService } from '../../auth/access-token.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import {
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
} from '../../common/errors/upstream.errors';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { OAuthClientPool } from './oauth-client-pool';
import { type ApiCall, GenesysApiClient } from './genesys-api-client';
import { anAnswer, FakeGenesysHttpClient } from './genesys-http-client.fake';

const SIGNAL = new AbortController().signal;
const CALL: ApiCall = {
  operation: 'open',
  method: 'POST',
  path: ['conversations'],
  body: { a: 1 },
  oauthClient: 'client',
  patienceMs: 1_000,
};

let http: FakeGenesysHttpClient;
let endpoint: FakeTokenEndpoint;
let pool: OAuthClientPool;
let api: GenesysApiClient;
let trust: FakeLeaseFence;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  build();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The API of a client with so many requests per minute, with a second client beside it. */
function build(requestsPerMinute = 10_000): void {
  http = new FakeGenesysHttpClient();
  endpoint = new FakeTokenEndpoint();
  const auth = new AccessTokenService(endpoint, new SystemClock(), new AuthTelemetry(new Metrics()));
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test/',
    GENESYS_CLIENTS: ['client', 'other'].map((id) => ({ id, secret: 'secret' })),
    GENESYS_REQUESTS_PER_MINUTE: requestsPerMinute,
  });
  const config = new GenesysConfig(environment);
  pool = new OAuthClientPool(config, new Metrics(), new HealthChecks(), new FakeSharedTokenBucketStore());
  trust = new FakeLeaseFence();
  api = new GenesysApiClient(http, auth, pool, config, trust);
}

function tokensSent(): unknown[] {
  return http.requests.map(({ headers }) => headers['authorization']);
}

describe(GenesysApiClient.name, () => {
  it('sends the call as JSON with the access token of the client', async () => {
    http.next(anAnswer(200, { id: '1' }));

    const answer = await api.call(CALL, SIGNAL);

    expect(answer).toEqual(anAnswer(200, { id: '1' }));
    expect(http.requests).toEqual([
      {
        operation: 'open',
        method: 'POST',
        url: 'http://api.test/api/v2/conversations',
        headers: { authorization: 'Bearer token-1-of-client', 'content-type': 'application/json' },
        body: '{"a":1}',
      },
    ]);
    expect(http.signals).toHaveLength(1);
    expect(http.signals[0]).toBe(SIGNAL);
  });

  it.each([
    ['../../oauth/token', '..%2F..%2Foauth%2Ftoken'],
    ['a/b?c=d#e', 'a%2Fb%3Fc%3Dd%23e'],
    ['ü@evil.test', '%C3%BC%40evil.test'],
  ])('encodes every segment of a path: %p', async (segment, encoded) => {
    await api.call({ ...CALL, path: ['conversations', segment] }, SIGNAL);

    expect(http.requests[0]?.url).toBe(`http://api.test/api/v2/conversations/${encoded}`);
  });

  it.each([400, 403, 404, 429, 500, 503])('hands over a %d as it is, sent once', async (status) => {
    http.next(anAnswer(status, 'words', '5'));

    expect(await api.call(CALL, SIGNAL)).toEqual(anAnswer(status, 'words', '5'));
    expect(http.requests).toHaveLength(1);
  });

  describe('when the token is refused', () => {
    it('asks for a fresh one and repeats the call once', async () => {
      http.next(anAnswer(401), anAnswer(200, { id: '1' }));

      expect(await api.call(CALL, SIGNAL)).toMatchObject({ status: 200 });
      expect(tokensSent()).toEqual(['Bearer token-1-of-client', 'Bearer token-2-of-client']);
      expect(http.requests[1]?.body).toBe('{"a":1}');
    });

    it('takes the second refusal for the answer', async () => {
      http.next(anAnswer(401), anAnswer(401));

      expect(await api.call(CALL, SIGNAL)).toMatchObject({ status: 401 });
      expect(http.requests).toHaveLength(2);
      expect(endpoint.requests).toHaveLength(2);
    });

    it('asks for one fresh token however many calls met the refusal', async () => {
      await api.call(CALL, SIGNAL);
      http.next(...Array.from({ length: 20 }, () => anAnswer(401)));

      await Promise.all(Array.from({ length: 20 }, () => api.call(CALL, SIGNAL)));

      expect(endpoint.requests).toHaveLength(2);
    });

    it('fails with the trouble of the token request', async () => {
      const error = new UpstreamUnauthorizedError();
      await api.call(CALL, SIGNAL);
      http.next(anAnswer(401));
      endpoint.next(() => Promise.reject(error));

      await expect(api.call(CALL, SIGNAL)).rejects.toBe(error);
      expect(http.requests).toHaveLength(2);
    });
  });

  it('sends nothing when no token can be had', async () => {
    const error = new UpstreamTimeoutError();
    endpoint.next(() => Promise.reject(error));

    await expect(api.call(CALL, SIGNAL)).rejects.toBe(error);
    expect(http.requests).toEqual([]);
  });

  it('fails with the trouble of the exchange, and keeps its token', async () => {
    const error = new UpstreamTimeoutError();
    http.next(error);

    await expect(api.call(CALL, SIGNAL)).rejects.toBe(error);
    await api.call(CALL, SIGNAL);

    expect(endpoint.requests).toHaveLength(1);
  });

  describe('within the budget of its client', () => {
    /** Requests that the budget takes for sent but not over, as the next report shows it. */
    async function inFlight(): Promise<number> {
      const rate = { count: 100, allowed: 10_000, resetMs: 60_000 };
      http.next({ ...anAnswer(200), rate });
      await api.call(CALL, SIGNAL);
      return pool.get('client').budget.status.used - rate.count;
    }

    it.each([
      ['an answer', [anAnswer(200)]],
      ['a refusal', [anAnswer(404)]],
      ['trouble of the platform', [anAnswer(503)]],
      ['an exchange without an answer', [new UpstreamTimeoutError()]],
      ['a refused token and an answer', [anAnswer(401), anAnswer(200)]],
      ['a refused token and no answer', [anAnswer(401), new UpstreamTimeoutError()]],
      ['two refused tokens', [anAnswer(401), anAnswer(401)]],
    ])('settles after %s what it took', async (_what, steps) => {
      http.next(...steps);

      await api.call(CALL, SIGNAL).catch(() => undefined);

      expect(await inFlight()).toBe(0);
    });

    it('settles a 429 as well, once the client is open again', async () => {
      http.next(anAnswer(429, {}, '5'));
      await api.call(CALL, SIGNAL);
      await jest.advanceTimersByTimeAsync(5_000);

      expect(await inFlight()).toBe(0);
    });

    it('takes nothing when no token can be had', async () => {
      const { budget } = pool.get('client');
      const before = budget.left;
      endpoint.next(() => Promise.reject(new UpstreamTimeoutError()));

      await api.call(CALL, SIGNAL).catch(() => undefined);

      expect(budget.left).toBe(before);
      expect(await inFlight()).toBe(0);
    });

    it('believes what the platform reports with an answer, a failed one as well', async () => {
      http.next({ ...anAnswer(503), rate: { count: 7, allowed: 600, resetMs: 30_000 } });

      await api.call(CALL, SIGNAL);

      expect(pool.clients).toMatchObject([
        { id: 'client', used: 7, allowed: 600, resetInMs: 30_000 },
        { id: 'other', allowed: 10_000 },
      ]);
    });

    it('closes the client with a 429 for as long as it asks, and no other client', async () => {
      http.next(anAnswer(429, {}, '5'));
      await api.call(CALL, SIGNAL);

      const error = await api.call(CALL, SIGNAL).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UpstreamThrottledError);
      expect(error).toMatchObject({ retryAfterMs: 5_000, mayHaveTakenEffect: false });
      expect(http.requests).toHaveLength(1);

      expect(await api.call({ ...CALL, oauthClient: 'other' }, SIGNAL)).toMatchObject({ status: 200 });
      expect(tokensSent().at(-1)).toBe('Bearer token-2-of-other');

      await jest.advanceTimersByTimeAsync(5_000);
      expect(await api.call(CALL, SIGNAL)).toMatchObject({ status: 200 });
    });

    it('sends nothing without budget, and says when there will be some', async () => {
      build(12);
      await api.call(CALL, SIGNAL);

      const error = await api.call(CALL, SIGNAL).catch((caught: unknown) => caught);

      expect(error).toBeInstanceOf(UpstreamThrottledError);
      expect((error as UpstreamThrottledError).retryAfterMs).toBeCloseTo(60_000 / (12 * 0.92), 0);
      expect(http.requests).toHaveLength(1);
    });

    it('waits for budget as long as the call has patience', async () => {
      build(12);
      await api.call(CALL, SIGNAL);

      const call = api.call({ ...CALL, patienceMs: 6_000 }, SIGNAL);
      await jest.advanceTimersByTimeAsync(5_000);
      expect(http.requests).toHaveLength(1);

      await jest.advanceTimersByTimeAsync(1_000);
      expect(await call).toMatchObject({ status: 200 });
      expect(http.requests).toHaveLength(2);
    });

    it('sends nothing of a call that was given up while it waited', async () => {
      build(12);
      await api.call(CALL, SIGNAL);
      const abort = new AbortController();
      const call = api.call({ ...CALL, patienceMs: 60_000 }, abort.signal).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(100);

      abort.abort(new Error('given up'));
      await jest.advanceTimersByTimeAsync(60_000);

      expect(await call).toEqual(new Error('given up'));
      expect(http.requests).toHaveLength(1);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('says of a client whose login cannot be reached that it is unreachable, until there is a token', async () => {
    endpoint.next(() => Promise.reject(new UpstreamTimeoutError()));
    await expect(api.call(CALL, SIGNAL)).rejects.toBeInstanceOf(UpstreamTimeoutError);
    expect(pool.get('client').condition).toBe('unreachable');

    await api.call(CALL, SIGNAL);
    expect(pool.get('client').condition).toBe('ok');
  });

  it('remembers which client the login refuses, until it gives that client a token', async () => {
    endpoint.next(() => Promise.reject(new UpstreamUnauthorizedError()));
    await api.call(CALL, SIGNAL).catch(() => undefined);
    expect(pool.clients.map(({ isRefused }) => isRefused)).toEqual([true, false]);

    await jest.advanceTimersByTimeAsync(10_000);
    await api.call(CALL, SIGNAL);
    expect(pool.clients.map(({ isRefused }) => isRefused)).toEqual([false, false]);
  });

  it('takes no other trouble with the login for a refusal', async () => {
    endpoint.next(() => Promise.reject(new UpstreamTimeoutError()));
    await api.call(CALL, SIGNAL).catch(() => undefined);

    expect(pool.get('client').isRefused).toBe(false);
  });

  it('sends nothing when another replica may act by the time of the pre-send check', async () => {
    trust.isValid = false;

    await expect(api.call(CALL, SIGNAL)).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(http.requests).toEqual([]);
  });

  it('calls as the first client for one that is not configured any more', async () => {
    await api.call({ ...CALL, oauthClient: 'removed' }, SIGNAL);

    expect(endpoint.requests).toEqual(['client']);
  });
});
