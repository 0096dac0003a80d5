import { RecordingLog } from '../audit/recording-log.fake';
import { UpstreamUnauthorizedError, UpstreamUnavailableError } from '../common/errors/upstream.errors';
import { SystemClock } from '../common/time/system-clock';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { AccessTokenService } from './access-token.service';
import { AuthTelemetry } from './auth.telemetry';
import { FakeTokenEndpoint } from './ports/token-endpoint.fake';

let log: RecordingLog;
let endpoint: FakeTokenEndpoint;
let metrics: ReadableMetrics;
let auth: AccessTokenService;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  endpoint = new FakeTokenEndpoint();
  metrics = new ReadableMetrics();
  auth = new AccessTokenService(endpoint, new SystemClock(), new AuthTelemetry(metrics));
});
afterEach(() => {
  jest.useRealTimers();
});

function fail(error: Error): () => Promise<never> {
  return () => Promise.reject(error);
}

describe(AccessTokenService.name, () => {
  it('shares one request among 50 concurrent calls', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => auth.token('a')));

    expect(endpoint.requests).toEqual(['a']);
    expect(new Set(tokens).size).toBe(1);
  });

  it('pauses requests after refused credentials, and then requests again', async () => {
    endpoint.next(fail(new UpstreamUnauthorizedError('refused')));

    for (let beat = 0; beat < 10; beat += 1) {
      await expect(auth.token('a')).rejects.toThrow('refused');
    }
    expect(endpoint.requests).toEqual(['a']);

    jest.advanceTimersByTime(3_000);
    await auth.token('a');
    expect(endpoint.requests).toEqual(['a', 'a']);
  });

  it('reuses a token until five seconds before it expires', async () => {
    const first = await auth.token('a');

    jest.advanceTimersByTime(3_594_999);
    expect(await auth.token('a')).toBe(first);

    jest.advanceTimersByTime(1);
    expect(await auth.token('a')).not.toBe(first);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('counts the life of a token from its request, not from its answer', async () => {
    endpoint.lifetimeSeconds = 60;
    const requestedAt = Date.now();
    await auth.token('a');

    jest.advanceTimersByTime(requestedAt + 55_000 - Date.now());
    await auth.token('a');

    expect(endpoint.requests).toHaveLength(2);
  });

  it('keeps the tokens of each client apart', async () => {
    const [one, other] = await Promise.all([auth.token('a'), auth.token('b')]);

    expect(endpoint.requests).toEqual(['a', 'b']);
    expect(one.value).not.toBe(other.value);
    expect(await auth.token('a')).toBe(one);
    expect(await auth.token('b')).toBe(other);
  });

  describe('a request that fails', () => {
    it('fails for all calls that share it, and the next call tries again', async () => {
      const error = new UpstreamUnavailableError();
      endpoint.next(fail(error));

      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => auth.token('a')));

      expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === error)).toBe(
        true,
      );
      expect(endpoint.requests).toHaveLength(1);
      await expect(auth.token('a')).resolves.toMatchObject({ value: 'token-2-of-a' });
    });

    it('does not affect another client', async () => {
      endpoint.next(fail(new UpstreamUnavailableError()));

      const [failed, served] = await Promise.allSettled([auth.token('a'), auth.token('b')]);

      expect([failed.status, served.status]).toEqual(['rejected', 'fulfilled']);
    });

    it('is logged once per outage, at a higher level for refused credentials', async () => {
      endpoint.next(fail(new UpstreamUnavailableError()), fail(new UpstreamUnavailableError()), () =>
        Promise.reject(new UpstreamUnavailableError()),
      );
      for (let asked = 0; asked < 3; asked += 1) await auth.token('a').catch(() => undefined);
      expect(log.at('warn')).toHaveLength(1);

      await auth.token('a');
      expect(log.at('info')).toEqual([{ message: 'Access token requests recovered', oauthClient: 'a' }]);

      endpoint.next(fail(new UpstreamUnauthorizedError()));
      await auth.token('b').catch(() => undefined);
      expect(log.at('error')).toHaveLength(1);
      expect(await metrics.sample('oauth_refresh_total{result="failed"}')).toBe(4);
      expect(await metrics.sample('oauth_refresh_total{result="ok"}')).toBe(1);
    });
  });

  describe('invalidating', () => {
    it('drops the token: the next call gets a fresh one', async () => {
      const refused = await auth.token('a');

      auth.invalidate('a', refused);

      expect(await auth.token('a')).not.toBe(refused);
      expect(await metrics.sample('oauth_refresh_total{result="invalidated"}')).toBe(1);
    });

    it('drops exactly that token, not the one that has replaced it', async () => {
      const refused = await auth.token('a');
      for (let refusals = 0; refusals < 10; refusals += 1) auth.invalidate('a', refused);
      const fresh = await auth.token('a');

      auth.invalidate('a', refused);

      expect(await auth.token('a')).toBe(fresh);
      expect(endpoint.requests).toHaveLength(2);
      expect(await metrics.sample('oauth_refresh_total{result="invalidated"}')).toBe(1);
    });

    it('leaves the token of another client alone', async () => {
      const [one, other] = await Promise.all([auth.token('a'), auth.token('b')]);

      auth.invalidate('b', one);

      expect(await auth.token('b')).toBe(other);
    });
  });

  it('logs no token', async () => {
    auth.invalidate('a', await auth.token('a'));
    await auth.token('a');

    expect(JSON.stringify(log.lines)).not.toContain('token-');
  });
});
