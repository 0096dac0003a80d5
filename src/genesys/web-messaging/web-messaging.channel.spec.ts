import { RecordingLog } from '../../audit/recording-log.fake';
import { AuthService } from '../../auth/auth.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { UpstreamForbiddenError, UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import { HealthChecks } from '../../health/health.checks';
import { Metrics } from '../../metrics/metrics';
import { anActiveSession } from '../../session/domain/session.builder';
import { ConversationNews } from '../../session/ports/conversation-news';
import { FakeGuestCredentials } from '../../session/ports/guest-credentials.fake';
import { ClientPool } from '../transport/client-pool';
import { GenesysApi } from '../transport/genesys-api';
import { anAnswer, FakeGenesysHttp } from '../transport/genesys-http.fake';
import { ConversationEnd } from './conversation-end';
import { DeploymentConfig } from './deployment-config';
import { GuestSockets } from './guest-sockets';
import { FakeGuestHistory } from './history/guest-history.fake';
import { FakeGuestLines } from './line/guest-lines.fake';
import { GuestLogin } from './login/guest-login';
import { ConnectPacer } from './pacing/connect-pacer';
import { PlatformConversations } from './platform-conversations';
import { WebAuthentication } from './web-authentication';
import { WebMessages } from './web-messages';
import { WebMessagingChannel } from './web-messaging.channel';
import { WebMessagingTelemetry } from './web-messaging.telemetry';

const NOW = 1_800_000_000_000;
const SIGNAL = new AbortController().signal;
const { snapshot } = anActiveSession();

let http: FakeGenesysHttp;
let server: FakeGuestLines;
let sockets: GuestSockets;
let channel: WebMessagingChannel;
let news: ConversationNews;
let credentials: FakeGuestCredentials;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  http = new FakeGenesysHttp();
  server = new FakeGuestLines();
  const metrics = new Metrics();
  const genesys = new GenesysConfig(Object.assign(new Environment(), { GENESYS_API_URL: 'http://api.test' }));
  const config = new WebMessagingConfig(Object.assign(new Environment(), { GENESYS_DEPLOYMENT_ID: 'dep-1' }));
  const auth = new AuthService(new FakeTokenEndpoint(), new SystemClock(), new AuthTelemetry(metrics));
  const api = new GenesysApi(http, auth, new ClientPool(genesys, metrics, new HealthChecks()), genesys);
  const telemetry = new WebMessagingTelemetry(metrics);
  const history = new FakeGuestHistory(() => server.messages);
  news = new ConversationNews();
  sockets = new GuestSockets(server, new ConnectPacer(), history, telemetry, config);
  const deployment = new DeploymentConfig(http, config);
  credentials = new FakeGuestCredentials();
  channel = new WebMessagingChannel(
    sockets,
    deployment,
    new ConversationEnd(deployment, new PlatformConversations(api, genesys), config),
    new WebMessages(sockets, news),
    new WebAuthentication(sockets, deployment, new GuestLogin(http, genesys, config), credentials, config),
  );
});
afterEach(async () => {
  sockets.beforeApplicationShutdown();
  await jest.advanceTimersByTimeAsync(0);
  expectNoTimers();
  jest.useRealTimers();
});

function expectNoTimers(): void {
  if (jest.getTimerCount() > 0) throw new Error(`${jest.getTimerCount()} timers are left`);
}

function describeDeployment(conversations: object): void {
  http.next(anAnswer(200, { status: 'Active', messenger: { apps: { conversations } } }));
}

/** What a call comes to, its waits within a minute included. */
async function outcomeOf<T>(call: Promise<T>): Promise<T | Error> {
  const outcome = call.catch((error: unknown) => error as Error);
  await jest.advanceTimersByTimeAsync(60_000);
  return outcome;
}

const open = (): Promise<unknown> => outcomeOf(channel.open(snapshot, Date.now() + 30_000, SIGNAL));
const beat = (): Promise<unknown> => outcomeOf(channel.beat(snapshot, 1, SIGNAL));
const disconnect = (): Promise<unknown> => outcomeOf(channel.disconnect(snapshot, SIGNAL));

describe(WebMessagingChannel.name, () => {
  describe('opening', () => {
    it("begins a session under the session's own guest token, and starts what the deployment starts", async () => {
      describeDeployment({ autoStart: { enabled: true } });

      expect(await open()).toMatchObject({
        answer: { connected: true, newSession: true, durationSeconds: 3_600 },
        expiresAt: NOW + 3_600_000,
      });
      expect(server.of('configureSession')).toEqual([
        expect.objectContaining({ token: snapshot.guestToken, deploymentId: 'dep-1', startNew: false }),
      ]);
      expect(server.of('onMessage')).toHaveLength(1);
    });

    it('opens nothing with a deployment that is not active', async () => {
      http.next(anAnswer(200, { status: 'Inactive' }));
      expect(await open()).toMatchObject({ code: 'upstream-forbidden', mayHaveTakenEffect: false });
    });

    it('opens nothing as long as nothing is known of the deployment', async () => {
      http.next(new UpstreamUnavailableError({ sent: false }));

      expect(await open()).toMatchObject({ code: 'upstream-unavailable', mayHaveTakenEffect: false });
      expect(server.connectedAt).toEqual([]);
    });

    it('holds no socket of a session that could not be opened', async () => {
      server.refusals.push(new UpstreamForbiddenError());

      expect(await open()).toBeInstanceOf(UpstreamForbiddenError);
      expect(sockets.size).toBe(0);
    });
  });

  describe('guests who log in', () => {
    const AUTH = { enabled: true, allowSessionUpgrade: true };
    const LOGIN = { authCode: 'code', redirectUri: 'https://shop.example' };
    const TOKENS = { jwt: 'signed', refreshToken: 'refresh' };
    const openAs = (): Promise<unknown> =>
      outcomeOf(channel.open({ ...snapshot, login: LOGIN }, Date.now() + 30_000, SIGNAL));
    const logIn = (): Promise<unknown> => outcomeOf(channel.authentication.logIn(snapshot, LOGIN, SIGNAL));
    const logOut = (): Promise<unknown> => outcomeOf(channel.authentication.logOut(snapshot, SIGNAL));
    const keep = (): Promise<void> => credentials.keep(snapshot.conversationId, TOKENS);
    const operations = (): string[] => http.requests.slice(1).map(({ operation }) => operation);

    function deploymentWith(auth: object): void {
      http.next(anAnswer(200, { status: 'Active', auth }));
    }

    it('are exchanged and kept before there is a line', async () => {
      deploymentWith(AUTH);
      http.next(anAnswer(200, TOKENS));

      expect(await openAs()).toMatchObject({ isAuthenticated: true });
      expect(credentials.kept.get(snapshot.conversationId)).toEqual(TOKENS);
      expect(server.of('configureAuthenticatedSession')).toEqual([
        expect.objectContaining({ data: { code: 'signed' } }),
      ]);
    });

    it('are exchanged once, also when another process takes their opening over', async () => {
      deploymentWith(AUTH);
      await keep();

      expect(await openAs()).toMatchObject({ isAuthenticated: true });
      expect(operations()).toEqual([]);
    });

    it.each([
      [{}, 'authentication-not-enabled', 0],
      [AUTH, 'guest-not-authenticated', 1],
    ])('open nothing with %j when they are refused', async (auth, code, exchanges) => {
      deploymentWith(auth);
      http.next(anAnswer(401));

      expect(await openAs()).toMatchObject({ code, mayHaveTakenEffect: false });
      expect([server.lines.length, sockets.size, operations().length]).toEqual([0, 0, exchanges]);
    });

    it('step up over the line that is there', async () => {
      deploymentWith(AUTH);
      http.next(anAnswer(200, TOKENS));
      await open();

      expect(await logIn()).toBeUndefined();
      expect(server.lines).toHaveLength(1);
      expect(server.of('configureAuthenticatedSession')).toHaveLength(1);
    });

    it.each([
      [{ enabled: false }, { code: 'authentication-not-enabled', reason: 'login' }],
      [{ enabled: true }, { code: 'authentication-not-enabled', reason: 'step-up' }],
    ])('do not step up with %j', async (auth, refusal) => {
      deploymentWith(auth);
      await open();

      expect(await logIn()).toMatchObject(refusal);
      expect(operations()).toEqual([]);
    });

    it('do not step up in a session that turns out to be over', async () => {
      deploymentWith(AUTH);
      await open();
      server.last.say('SessionExpiredEvent', {});

      expect(await logIn()).toMatchObject({ code: 'session-not-active' });
      expect(operations()).toEqual([]);
    });

    it('do not use their login up while there is no line', async () => {
      deploymentWith(AUTH);
      await open();
      server.refusals.push(
        ...Array.from({ length: 20 }, () => new UpstreamUnavailableError({ sent: false })),
      );
      server.last.cut();

      expect(await logIn()).toMatchObject({ code: 'upstream-timeout' });
      expect(operations()).toEqual([]);
    });

    it.each([
      ['a good token', [204], ['guest-logout']],
      ['one that has run out', [401, 200, 204], ['guest-logout', 'guest-login', 'guest-logout']],
      ['one that cannot be renewed', [401, 401], ['guest-logout', 'guest-login']],
    ])('log out with %s, and their socket is gone', async (_what, statuses, sent) => {
      deploymentWith(AUTH);
      await keep();
      await open();
      http.next(...statuses.map((status) => anAnswer(status, { jwt: 'renewed' })));

      expect(await logOut()).toBeUndefined();
      expect(operations()).toEqual(sent);
      expect(sockets.size).toBe(0);
    });

    it('stay logged in when nobody knows whether they are not', async () => {
      deploymentWith(AUTH);
      await keep();
      await open();
      http.next(anAnswer(503));

      expect(await logOut()).toMatchObject({ code: 'upstream-error' });
      expect(sockets.size).toBe(1);
    });
  });

  describe('a beat', () => {
    it('is an echo', async () => {
      await open();

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.of('echo')).toHaveLength(1);
    });

    it('counts nothing against the conversation when the echo is missed', async () => {
      await open();
      server.next('echo');

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'echo-missed' });
    });

    it('is postponed while the socket connects again, and goes through on the next line', async () => {
      await open();
      server.refusals.push(...Array.from({ length: 4 }, () => new UpstreamUnavailableError({ sent: false })));
      server.last.cut();
      await jest.advanceTimersByTimeAsync(0);

      expect(await beat()).toMatchObject({ kind: 'postponed', cause: 'reconnecting' });
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await beat()).toEqual({ kind: 'ok' });
    });

    it('hands on how long the server asks to be spared', async () => {
      await open();
      server.next('echo', ({ tracingId }, line) => {
        line.say('TooManyRequestsErrorMessage', { retryAfter: 7, errorCode: 4029 }, { tracingId, code: 429 });
      });

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'throttled', retryAfterMs: 7_000 });
    });

    it('goes on with a session that another process has begun', async () => {
      server.begun();

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.of('onMessage')).toEqual([]);
      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.lines).toHaveLength(1);
    });

    it('tells that a session is gone which the server would begin anew', async () => {
      expect(await beat()).toEqual({ kind: 'gone', reason: 'gone' });
      expect(sockets.size).toBe(0);
    });

    it.each([
      ['SessionExpiredEvent', 'expired'],
      ['SessionClearedEvent', 'cleared'],
      ['LogoutEvent', 'logged-out'],
    ])('tells of the end by a %s', async (name, reason) => {
      await open();
      server.last.say(name, {});

      expect(await beat()).toEqual({ kind: 'gone', reason });
    });

    it('neither ends nor insists when the socket is refused, and finds out with the next beat', async () => {
      await open();
      server.last.cut(1008);

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'refused', retryAfterMs: 30_000 });
      expect(await beat()).toEqual({ kind: 'ok' });
    });
  });

  describe('disconnecting', () => {
    it('clears the conversation where the deployment lets guests do so', async () => {
      describeDeployment({ conversationClear: { enabled: true } });
      await open();

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'clear' });
      expect(server.of('onMessage')[0]).toMatchObject({
        message: { events: [{ presence: { type: 'Clear' } }] },
      });
      expect(sockets.size).toBe(0);
    });

    it('asks the platform when guests may not, by the conversation of some message', async () => {
      await open();
      server.write('Hello', 'm-1');
      http.next(anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.slice(1)).toEqual([
        expect.objectContaining({
          operation: 'details',
          method: 'GET',
          url: 'http://api.test/api/v2/conversations/messages/m-1/details',
        }),
        expect.objectContaining({
          operation: 'disconnect',
          method: 'PATCH',
          url: 'http://api.test/api/v2/conversations/messages/theirs',
          body: '{"state":"disconnected"}',
        }),
      ]);
      expect(server.of('closeSession')).toEqual([]);
    });

    it('asks the platform when the deployment allows less than it says', async () => {
      describeDeployment({ conversationClear: { enabled: true } });
      await open();
      server.write('Hello', 'm-1');
      server.next('onMessage', ({ tracingId }, line) => {
        line.say('string', 'not supported', { code: 403, tracingId });
      });
      http.next(anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.at(-1)).toMatchObject({ operation: 'disconnect' });
    });

    it.each([
      ['nothing was said', undefined],
      ['the platform knows no such message', anAnswer(404)],
      ['the OAuth client may not', anAnswer(403)],
    ])('closes the session when %s', async (_what, answer) => {
      await open();
      if (answer !== undefined) {
        server.write('Hello', 'm-1');
        http.next(answer);
      }

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'close' });
      expect(server.of('closeSession')).toHaveLength(1);
    });

    it('is tried again when the platform fails', async () => {
      await open();
      server.write('Hello', 'm-1');
      http.next(anAnswer(503));

      expect(await disconnect()).toMatchObject({ code: 'upstream-error' });
      expect(sockets.size).toBe(1);
    });

    it('ends a session that another process has begun, by what its history tells', async () => {
      server.begun();
      server.write('Hello', 'm-1');
      http.next(anAnswer(200, {}), anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.at(-1)).toMatchObject({ url: expect.stringMatching(/messages\/theirs$/) });
      expect(server.of('closeSession')).toEqual([]);
    });

    it('finds gone what the server would begin anew', async () => {
      expect(await disconnect()).toEqual({ kind: 'gone' });
      expect(sockets.size).toBe(0);
    });

    it('ends by its time-out when there is no line', async () => {
      await open();
      server.refusals.push(
        ...Array.from({ length: 20 }, () => new UpstreamUnavailableError({ sent: false })),
      );
      server.last.cut();

      expect(await disconnect()).toMatchObject({ code: 'upstream-timeout' });
    });
  });
});
