import { RecordingLog } from '../../audit/recording-log.fake';
import { AuthService } from '../../auth/auth.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { UpstreamTimeoutError, UpstreamUnauthorizedError } from '../../common/errors/upstream.errors';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { Metrics } from '../../metrics/metrics';
import { type ApiCall, GenesysApi } from './genesys-api';
import { anAnswer, FakeGenesysHttp } from './genesys-http.fake';

const SIGNAL = new AbortController().signal;
const CALL: ApiCall = { operation: 'open', method: 'POST', path: ['conversations'], body: { a: 1 } };

let http: FakeGenesysHttp;
let endpoint: FakeTokenEndpoint;
let api: GenesysApi;

beforeEach(() => {
  RecordingLog.install();
  http = new FakeGenesysHttp();
  endpoint = new FakeTokenEndpoint();
  const auth = new AuthService(endpoint, new SystemClock(), new AuthTelemetry(new Metrics()));
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test/',
    GENESYS_CLIENT_ID: 'client',
  });
  api = new GenesysApi(http, auth, new GenesysConfig(environment));
});

function tokensSent(): unknown[] {
  return http.requests.map(({ headers }) => headers['authorization']);
}

describe(GenesysApi.name, () => {
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
});
