import { UpstreamTimeoutError } from '../../../common/errors/upstream.errors';
import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { GuestLogin } from './guest-login';

const SIGNAL = new AbortController().signal;
const LOGIN = { authCode: 'code', redirectUri: 'https://shop.example', codeVerifier: 'v' };
let http: FakeGenesysHttpClient;
let login: GuestLogin;

beforeEach(() => {
  http = new FakeGenesysHttpClient();
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test',
    GENESYS_ORIGIN: 'https://shop.example',
    GENESYS_DEPLOYMENT_ID: 'dep-1',
  });
  login = new GuestLogin(http, new GenesysConfig(environment), new WebMessagingConfig(environment));
});

describe(GuestLogin.name, () => {
  it.each([
    [LOGIN, { oauth: { code: 'code', redirectUri: 'https://shop.example', codeVerifier: 'v' } }],
    [{ authCode: 'c', redirectUri: 'r' }, { oauth: { code: 'c', redirectUri: 'r' } }],
    [
      { authCode: 'c', redirectUri: 'r', nonce: 'n', maxAge: 0, iss: 'https://login.shop.example' },
      { oauth: { code: 'c', redirectUri: 'r', nonce: 'n', maxAge: 0, iss: 'https://login.shop.example' } },
    ],
    [{ idToken: 'i', nonce: 'n' }, { oauth: { idToken: 'i', nonce: 'n' } }],
  ])('exchanges %j for credentials', async (given, sent) => {
    http.next(anAnswer(200, { jwt: 'signed', refreshToken: 'refresh' }));

    expect(await login.exchange(given, SIGNAL)).toEqual({ jwt: 'signed', refreshToken: 'refresh' });
    expect(http.requests).toEqual([
      {
        operation: 'guest-login',
        method: 'POST',
        url: 'http://api.test/api/v2/webdeployments/token/oauthcodegrantjwtexchange',
        headers: { 'content-type': 'application/json', origin: 'https://shop.example' },
        body: expect.any(String),
      },
    ]);
    expect(JSON.parse(http.requests[0]?.body ?? '')).toEqual({ deploymentId: 'dep-1', ...sent });
    expect(http.signals).toEqual([SIGNAL]);
  });

  it.each([
    [anAnswer(401, 'their words'), 'guest-not-authenticated'],
    [anAnswer(403), 'guest-not-authenticated'],
    [anAnswer(400), 'upstream-rejected'],
    [anAnswer(429, '', '5'), 'upstream-throttled'],
    [anAnswer(503), 'upstream-error'],
    [anAnswer(200, {}), 'upstream-invalid-response'],
    [new UpstreamTimeoutError(), 'upstream-timeout'],
  ])('names the error of an exchange, by which no session has begun', async (answer, code) => {
    http.next(answer);

    const error = (await login.exchange(LOGIN, SIGNAL).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code, mayHaveTakenEffect: false });
    expect(error.message).not.toContain('their words');
  });

  it('renews a token', async () => {
    http.next(anAnswer(200, { jwt: 'next' }));

    expect(await login.refresh('refresh', SIGNAL)).toBe('next');
    expect(http.requests[0]).toMatchObject({
      url: 'http://api.test/api/v2/webdeployments/token/refresh',
      body: '{"refreshToken":"refresh","deploymentId":"dep-1"}',
    });
  });

  it.each([400, 401, 403, 404])('counts the login as over when a renewal is answered %d', async (status) => {
    http.next(anAnswer(status));

    await expect(login.refresh('refresh', SIGNAL)).rejects.toMatchObject({ code: 'guest-not-authenticated' });
  });

  it.each([
    [429, 'upstream-throttled'],
    [500, 'upstream-error'],
  ])('counts no login as over by a renewal that is answered %d', async (status, code) => {
    http.next(anAnswer(status));

    await expect(login.refresh('refresh', SIGNAL)).rejects.toMatchObject({ code });
  });

  it('revokes, and reports a token that is not valid for it', async () => {
    http.next(anAnswer(204), anAnswer(401), anAnswer(500));

    expect(await login.revoke('signed', SIGNAL)).toBe(true);
    expect(http.requests).toEqual([
      {
        operation: 'guest-logout',
        method: 'DELETE',
        url: 'http://api.test/api/v2/webdeployments/token/revoke',
        headers: { authorization: 'Bearer signed', origin: 'https://shop.example' },
      },
    ]);
    expect(await login.revoke('signed', SIGNAL)).toBe(false);
    await expect(login.revoke('signed', SIGNAL)).rejects.toMatchObject({ code: 'upstream-error' });
  });
});
