import { RecordingLog } from '../../audit/recording-log.fake';
import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
} from '../../common/errors/upstream.errors';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { anAnswer, FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { OAuthTokenEndpoint } from './oauth-token-endpoint';

const NOW = 1_800_000_000_000;
const SECRET = 's3cr3t:&=+ü';

let log: RecordingLog;
let http: FakeGenesysHttpClient;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  http = new FakeGenesysHttpClient();
});
afterEach(() => {
  jest.useRealTimers();
});

function endpoint(clientAuth: 'basic' | 'body' = 'basic'): OAuthTokenEndpoint {
  const environment = Object.assign(new Environment(), {
    GENESYS_LOGIN_URL: 'http://login.test/',
    GENESYS_CLIENT_ID: 'client',
    GENESYS_CLIENT_SECRET: SECRET,
    GENESYS_CLIENT_AUTH: clientAuth,
  });
  return new OAuthTokenEndpoint(http, new GenesysConfig(environment), new SystemClock());
}

/** The error of a token request, together with everything that can be read of it. */
async function failure(): Promise<{ error: unknown; words: string }> {
  try {
    await endpoint().requestToken('client');
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return { error, words: `${String(error)} ${String(cause)} ${JSON.stringify(error)}` };
  }
  throw new Error('There was a token');
}

describe(OAuthTokenEndpoint.name, () => {
  it('asks by the client-credentials grant, identified by HTTP Basic', async () => {
    http.next(anAnswer(200, { access_token: 'token', expires_in: 60 }));

    await endpoint().requestToken('client');

    expect(http.requests).toEqual([
      {
        operation: 'token',
        method: 'POST',
        url: 'http://login.test/oauth/token',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`client:${SECRET}`).toString('base64')}`,
        },
        body: 'grant_type=client_credentials',
      },
    ]);
  });

  it('puts the credentials into the form where a gateway wants them there', async () => {
    http.next(anAnswer(200, { access_token: 'token' }));

    await endpoint('body').requestToken('client');

    const [request] = http.requests;
    expect(request?.headers).toEqual({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: SECRET,
    });
  });

  it('counts the life of the token from the moment it was asked for', async () => {
    http.next(anAnswer(200, { access_token: 'token', expires_in: 60 }));

    const token = await endpoint().requestToken('client');

    expect(token.value).toBe('token');
    expect([NOW + 54_999, NOW + 55_000].map((at) => token.isUsable(at))).toEqual([true, false]);
  });

  it.each([400, 401])('says on a %d that the client credentials are invalid', async (status) => {
    http.next(anAnswer(status, { error: 'invalid_client' }));

    const { error } = await failure();

    expect(error).toBeInstanceOf(UpstreamUnauthorizedError);
    expect(error).toMatchObject({
      message: expect.stringContaining('invalid client credentials') as string,
      dependency: 'login',
      mayHaveTakenEffect: false,
    });
  });

  it.each([
    [403, UpstreamForbiddenError],
    [429, UpstreamThrottledError],
    [500, UpstreamServerError],
    [302, UpstreamInvalidResponseError],
  ])('names a %d by what it is, as trouble with the login', async (status, type) => {
    http.next(anAnswer(status, 'words', '9'));

    const { error } = await failure();

    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ dependency: 'login', mayHaveTakenEffect: false });
  });

  it.each([
    ['HTML', '<html>Sign in</html>'],
    ['nothing', ''],
    ['a list', []],
    ['no token', { expires_in: 60 }],
    ['an empty token', { access_token: '', expires_in: 60 }],
    ['a token that is no text', { access_token: 7 }],
    ['a token that fits into no header', { access_token: 'x'.repeat(8_193) }],
  ])('refuses an answer that is %s', async (_, body) => {
    http.next(anAnswer(200, body));

    const { error } = await failure();

    expect(error).toBeInstanceOf(UpstreamInvalidResponseError);
    expect(error).toMatchObject({ dependency: 'login' });
  });

  it('marks an exchange without an answer as trouble with the login', async () => {
    const timeout = new UpstreamTimeoutError();
    http.next(timeout);

    expect((await failure()).error).toBe(timeout);
    expect(timeout).toMatchObject({ dependency: 'login', mayHaveTakenEffect: false });
  });

  it('does not dress up a bug as trouble with the upstream', async () => {
    const bug = new TypeError('a bug');
    http.next(bug);

    expect((await failure()).error).toBe(bug);
  });

  it('tells nothing of the secret or of what upstream said to its caller; the log gets the beginning of it', async () => {
    http.next(anAnswer(401, `you sent ${'x'.repeat(10_000)}`));

    const { words } = await failure();

    const basic = Buffer.from(`client:${SECRET}`).toString('base64');
    for (const hidden of [SECRET, basic, 'you sent']) expect(words).not.toContain(hidden);
    expect(log.at('warn')).toEqual([
      expect.objectContaining({
        status: 401,
        upstreamBody: expect.stringMatching(/^you sent x{491}$/) as string,
      }),
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('s3cr3t');
    expect(JSON.stringify(log.lines)).not.toContain(basic);
  });
});
