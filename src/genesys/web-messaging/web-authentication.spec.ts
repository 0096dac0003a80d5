import { RecordingLog } from '../../audit/recording-log.fake';
import { UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { anActiveSession } from '../../session/domain/session.builder';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { WebAuthentication } from './web-authentication';
import { WebMessagingWorld } from './web-messaging-world.fake';

const SIGNAL = new AbortController().signal;
const { snapshot } = anActiveSession();

let world: WebMessagingWorld;
let http: WebMessagingWorld['http'];
let server: WebMessagingWorld['server'];
let sockets: WebMessagingWorld['sockets'];
let channel: WebMessagingWorld['channel'];
let credentials: WebMessagingWorld['credentials'];

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  world = new WebMessagingWorld();
  ({ http, server, sockets, channel, credentials } = world);
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

describe(WebAuthentication.name, () => {
  const AUTH = { enabled: true, allowSessionUpgrade: true };
  const LOGIN = { authCode: 'code', redirectUri: 'https://shop.example' };
  const TOKENS = { jwt: 'signed', refreshToken: 'refresh' };
  const open = (): Promise<unknown> =>
    world.outcomeOf(channel.open(snapshot, performance.now() + 30_000, SIGNAL));
  const openAs = (): Promise<unknown> =>
    world.outcomeOf(channel.open({ ...snapshot, login: LOGIN }, performance.now() + 30_000, SIGNAL));
  const logIn = (): Promise<unknown> =>
    world.outcomeOf(channel.authentication.logIn(snapshot, LOGIN, SIGNAL));
  const logOut = (): Promise<unknown> => world.outcomeOf(channel.authentication.logOut(snapshot, SIGNAL));
  const keep = (): Promise<void> => credentials.keep(snapshot.conversationId, TOKENS);
  const operations = (): string[] => http.requests.slice(1).map(({ operation }) => operation);

  function deploymentWith(auth: object): void {
    http.next(anAnswer(200, { status: 'Active', auth }));
  }

  it('are exchanged and persisted before there is a connection', async () => {
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
    expect([server.connections.length, sockets.size, operations().length]).toEqual([0, 0, exchanges]);
  });

  it('step up over the open connection', async () => {
    deploymentWith(AUTH);
    http.next(anAnswer(200, TOKENS));
    await open();

    expect(await logIn()).toBeUndefined();
    expect(server.connections).toHaveLength(1);
    expect(server.of('configureAuthenticatedSession')).toHaveLength(1);
  });

  it.each([
    [{ enabled: false }, { code: 'authentication-not-enabled', reason: 'login' }],
    [{ enabled: true }, { code: 'authentication-not-enabled', reason: 'step-up' }],
  ])('do not step up with %j', async (auth, refusal) => {
    deploymentWith(auth);

    expect(await logIn()).toMatchObject(refusal);
    expect(operations()).toEqual([]);
  });

  it('are required for an opening where the deployment allows no step-up: nothing is sent', async () => {
    deploymentWith({ enabled: true, allowSessionUpgrade: false });

    expect(await open()).toMatchObject({ code: 'authentication-required', mayHaveTakenEffect: false });
    expect([server.connections.length, sockets.size, operations()]).toEqual([0, 0, []]);

    http.next(anAnswer(200, TOKENS));
    expect(await openAs()).toMatchObject({ isAuthenticated: true });
  });

  it('do not step up in a session that turns out to be over', async () => {
    deploymentWith(AUTH);
    await open();
    server.last.say('SessionExpiredEvent', {});

    expect(await logIn()).toMatchObject({ code: 'session-not-active' });
    expect(operations()).toEqual([]);
  });

  it('do not exchange their login without a connection', async () => {
    deploymentWith(AUTH);
    await open();
    server.refusals.push(...Array.from({ length: 20 }, () => new UpstreamUnavailableError({ sent: false })));
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

  it('stay logged in when the outcome of the logout is unknown', async () => {
    deploymentWith(AUTH);
    await keep();
    await open();
    http.next(anAnswer(503));

    expect(await logOut()).toMatchObject({ code: 'upstream-error' });
    expect(sockets.size).toBe(1);
  });
});
