import { FakeLeaseFence } from '../../session/ports/lease-fence.fake';
import { RecordingLog } from '../../audit/recording-log.fake';
import { AccessTokenService } from '../../auth/access-token.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { anActiveSession } from '../../session/domain/session.builder';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { anAnswer, FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { beatBody, DISCONNECT_BODY, openBody } from './bodies';
import { ConversationsMessagingChannel } from './conversations-messaging-channel';

const NOW = 1_800_000_000_000;
const SIGNAL = new AbortController().signal;
const RESOURCE = 'http://api.test/api/v2/conversations/messaging';

let http: FakeGenesysHttpClient;
let endpoint: FakeTokenEndpoint;
let channel: ConversationsMessagingChannel;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  http = new FakeGenesysHttpClient();
  endpoint = new FakeTokenEndpoint();
  const clock = new SystemClock();
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test',
  });
  const auth = new AccessTokenService(endpoint, clock, new AuthTelemetry(new Metrics()));
  const config = new GenesysConfig(environment);
  const pool = new OAuthClientPool(
    config,
    new Metrics(),
    new HealthChecks(),
    new FakeSharedTokenBucketStore(),
  );
  const api = new GenesysApiClient(http, auth, pool, config, new FakeLeaseFence());
  channel = new ConversationsMessagingChannel(api, pool, config, clock);
});
afterEach(() => {
  jest.useRealTimers();
});

/** Result of an opening, all waits included. */
async function outcomeOfOpening(): Promise<unknown> {
  const outcome = channel
    .open(anActiveSession().snapshot, performance.now() + 30_000, SIGNAL)
    .catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(60_000);
  return outcome;
}

describe(ConversationsMessagingChannel.name, () => {
  describe('opening', () => {
    it('posts the conversation and hands over the answer', async () => {
      const { snapshot } = anActiveSession();
      http.next(anAnswer(201, { id: 'theirs' }));

      expect(await channel.open(snapshot, performance.now() + 30_000, SIGNAL)).toEqual({
        answer: { id: 'theirs' },
      });
      expect(http.requests).toEqual([
        expect.objectContaining({
          operation: 'open',
          method: 'POST',
          url: RESOURCE,
          body: JSON.stringify(openBody(snapshot)),
        }),
      ]);
    });

    it('fails after three 429s: there is no session', async () => {
      http.next(anAnswer(429), anAnswer(429, '', '1'), anAnswer(429), anAnswer(201));

      expect(await outcomeOfOpening()).toBeInstanceOf(UpstreamThrottledError);
      expect(http.requests).toHaveLength(3);
    });

    it('waits for a 429 as long as it says, and opens under the same id', async () => {
      http.next(anAnswer(429, '', '2'), anAnswer(201, { id: 'theirs' }));

      expect(await outcomeOfOpening()).toEqual({ answer: { id: 'theirs' } });
      expect(http.requests[1]?.body).toBe(http.requests[0]?.body);
    });

    it('waits for no 429 beyond its own deadline', async () => {
      http.next(anAnswer(429, '', '31'));

      expect(await outcomeOfOpening()).toMatchObject({ code: 'upstream-throttled', retryAfterMs: 31_000 });
      expect(http.requests).toHaveLength(1);
    });

    it('tries again without a connection', async () => {
      http.next(new UpstreamUnavailableError(), anAnswer(201, { id: 'theirs' }));

      expect(await outcomeOfOpening()).toEqual({ answer: { id: 'theirs' } });
    });

    it.each(['<html>', '', '[]'])('posts once when a 200 holds %p', async (body) => {
      http.next(anAnswer(200, body));

      expect(await outcomeOfOpening()).toBeInstanceOf(UpstreamInvalidResponseError);
      expect(http.requests).toHaveLength(1);
    });

    it.each([
      [anAnswer(500), UpstreamServerError],
      [anAnswer(400), UpstreamRejectedError],
      [new UpstreamTimeoutError(), UpstreamTimeoutError],
    ])('posts once when it meets %p', async (answer, type) => {
      http.next(answer);

      expect(await outcomeOfOpening()).toBeInstanceOf(type);
      expect(http.requests).toHaveLength(1);
    });

    it('asks once for another token on a 401, and then fails', async () => {
      http.next(anAnswer(401), anAnswer(401));

      expect(await outcomeOfOpening()).toBeInstanceOf(UpstreamUnauthorizedError);
      expect(http.requests).toHaveLength(2);
      expect(endpoint.requests).toHaveLength(2);
    });
  });

  describe('a beat', () => {
    it('patches the conversation with a sign of life', async () => {
      const { snapshot } = anActiveSession();

      expect(await channel.beat(snapshot, 42, SIGNAL)).toEqual({ kind: 'ok' });
      expect(http.requests).toEqual([
        expect.objectContaining({
          operation: 'beat',
          method: 'PATCH',
          url: `${RESOURCE}/${snapshot.conversationId}`,
          body: JSON.stringify(beatBody(42, NOW)),
        }),
      ]);
    });

    it.each([
      [anAnswer(204, ''), 'ok'],
      [anAnswer(200, '<html>'), 'ok'],
      [anAnswer(404), 'gone'],
      [anAnswer(410), 'gone'],
      [anAnswer(500), 'failed'],
      [anAnswer(400), 'failed'],
      [new UpstreamTimeoutError(), 'failed'],
      [anAnswer(429, '', '5'), 'postponed'],
      [anAnswer(403), 'postponed'],
      [new UpstreamUnavailableError(), 'postponed'],
      [new TypeError('a bug'), 'postponed'],
    ])('never throws and is sent once: %p is %s', async (answer, kind) => {
      http.next(answer);

      expect(await channel.beat(anActiveSession().snapshot, 1, SIGNAL)).toMatchObject({ kind });
      expect(http.requests).toHaveLength(1);
    });

    it('is postponed when no token can be had', async () => {
      endpoint.next(() => {
        const error = new UpstreamUnauthorizedError();
        error.dependency = 'login';
        return Promise.reject(error);
      });

      expect(await channel.beat(anActiveSession().snapshot, 1, SIGNAL)).toEqual({
        kind: 'postponed',
        cause: 'no-token',
      });
      expect(http.requests).toEqual([]);
    });
  });

  describe('disconnecting', () => {
    it('patches the conversation', async () => {
      const { snapshot } = anActiveSession();

      expect(await channel.disconnect(snapshot, SIGNAL)).toEqual({ kind: 'confirmed' });
      expect(http.requests).toEqual([
        expect.objectContaining({
          operation: 'disconnect',
          method: 'PATCH',
          url: `${RESOURCE}/${snapshot.conversationId}`,
          body: JSON.stringify(DISCONNECT_BODY),
        }),
      ]);
    });

    it.each([404, 409, 410])('takes a %d for a conversation that is over', async (status) => {
      http.next(anAnswer(status));

      expect(await channel.disconnect(anActiveSession().snapshot, SIGNAL)).toEqual({ kind: 'gone' });
    });

    it.each([400, 401, 403, 429, 500, 302])('fails on a %d', async (status) => {
      http.next(anAnswer(status), anAnswer(status));

      await expect(channel.disconnect(anActiveSession().snapshot, SIGNAL)).rejects.toMatchObject({
        code: expect.stringMatching(/^upstream-/) as string,
      });
    });
  });
});
