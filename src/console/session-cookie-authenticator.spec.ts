import { AuthUnavailableError, UnauthenticatedError } from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { Authenticator } from '../access/ports/authenticator';
import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { SettableClock } from '../common/time/settable-clock.fake';
import { AccessConfig } from '../config/access.config';
import { ConsoleConfig } from '../config/console.config';
import { Environment } from '../config/environment';
import { ServerConfig } from '../config/server.config';
import { ConsoleSessions } from './console-sessions';
import { FakeConsoleSessionStore } from './ports/console-session.store.fake';
import { SessionCookieAuthenticator } from './session-cookie-authenticator';

const MINUTE_MS = 60_000;
const BILLING = new Caller('billing', new Set(['sessions.read']));
const HOST = { host: 'localhost:3000' };

/** Accepts the credential of the tests, or answers as the test says. */
class StubAuthenticator extends Authenticator {
  answer: Caller | Error = BILLING;
  readonly asked: (string | undefined)[] = [];

  authenticate(authorization: string | undefined): Caller {
    this.asked.push(authorization);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

let store: FakeConsoleSessionStore;
let clock: SettableClock;
let credentials: StubAuthenticator;
let headers: { host: string; cookie: string };
let csrfToken: string;

function parts(settings: Partial<Environment> = {}): {
  sessions: ConsoleSessions;
  cookies: SessionCookieAuthenticator;
} {
  const environment = Object.assign(new Environment(), settings);
  const server = new ServerConfig(environment);
  const sessions = new ConsoleSessions(store, clock, new ConsoleConfig(environment), server);
  const access = new AccessConfig(environment);
  return { sessions, cookies: new SessionCookieAuthenticator(sessions, credentials, access, server) };
}

beforeEach(async () => {
  store = new FakeConsoleSessionStore();
  clock = new SettableClock();
  clock.at = 1_800_000_000_000;
  credentials = new StubAuthenticator();
  const { session, cookie } = await parts().sessions.begin(BILLING, 'key', HOST);
  headers = { ...HOST, cookie: cookie.split(';', 1)[0] ?? '' };
  ({ csrfToken } = session.secrets);
});

describe(SessionCookieAuthenticator.name, () => {
  it("finds the caller by the session's credential", async () => {
    const { cookies } = parts();

    expect(await cookies.authenticate({ method: 'GET', headers })).toBe(BILLING);
    expect(credentials.asked).toEqual(['Bearer key']);
  });

  it('leaves a request without a cookie to others, and reads nothing', async () => {
    store.failure = new Error('away');

    expect(await parts().cookies.authenticate({ method: 'POST', headers: HOST })).toBeUndefined();
  });

  it.each(['open', 'open-anywhere'] as const)('ignores cookies in mode %s', async (mode) => {
    store.failure = new Error('away');

    expect(
      await parts({ ACCESS_MODE: mode }).cookies.authenticate({ method: 'POST', headers }),
    ).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', undefined])(
    'needs the CSRF token for %s',
    async (method) => {
      const { cookies } = parts();
      for (const given of [{}, { 'x-csrf-token': 'wrong' }, { 'x-csrf-token': '' }])
        await expect(
          cookies.authenticate({ method, headers: { ...headers, ...given } }),
        ).rejects.toMatchObject({
          code: 'csrf-token-invalid',
        });
      expect(credentials.asked).toEqual([]);

      const request = { method, headers: { ...headers, 'x-csrf-token': csrfToken } };
      expect(await cookies.authenticate(request)).toBe(BILLING);
    },
  );

  it('refuses a foreign page before it looks for the session', async () => {
    store.failure = new Error('away');
    const request = { method: 'GET', headers: { ...headers, 'sec-fetch-site': 'cross-site' } };

    await expect(parts().cookies.authenticate(request)).rejects.toMatchObject({ code: 'foreign-origin' });
  });

  it('ends a session whose credential is invalid by now', async () => {
    const { cookies } = parts();
    credentials.answer = new UnauthenticatedError('unknown-key');
    await expect(cookies.authenticate({ method: 'GET', headers })).rejects.toBe(credentials.answer);

    credentials.answer = BILLING;
    await expect(cookies.authenticate({ method: 'GET', headers })).rejects.toThrow(UnauthenticatedError);
    expect(store.recorded.at(-1)?.[2]).toBe('credential-invalid');
  });

  it('keeps a session whose credential cannot be checked at the moment', async () => {
    const { cookies } = parts();
    credentials.answer = new AuthUnavailableError();
    await expect(cookies.authenticate({ method: 'GET', headers })).rejects.toBe(credentials.answer);

    credentials.answer = BILLING;
    expect(await cookies.authenticate({ method: 'GET', headers })).toBe(BILLING);
  });

  it('notes the use of a session at most once a minute, and then again', async () => {
    const { cookies } = parts();
    const uses = [0, MINUTE_MS - 1, 1, 1, MINUTE_MS - 1].map((ms) => async () => {
      clock.at += ms;
      await cookies.authenticate({ method: 'GET', headers });
      return store.touches;
    });
    const touches: number[] = [];
    for (const use of uses) touches.push(await use());

    expect(touches).toEqual([0, 0, 1, 1, 2]);
  });

  it('serves requests while the last use cannot be written, and logs that once a minute', async () => {
    const log = RecordingLog.install();
    const { cookies } = parts();
    store.touchFailure = new StorageUnavailableError();
    clock.at += MINUTE_MS;
    for (let count = 0; count < 3; count += 1)
      expect(await cookies.authenticate({ method: 'GET', headers })).toBe(BILLING);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: store.touchFailure, count: 1 })]);
  });

  it.each([1, 2, 30])('keeps a session that is used with an idle time of %d minutes', async (minutes) => {
    const { cookies } = parts({ CONSOLE_IDLE_MINUTES: minutes });
    for (let count = 0; count < 20; count += 1) {
      clock.at += minutes * 30_000;
      expect(await cookies.authenticate({ method: 'GET', headers })).toBe(BILLING);
    }
    clock.at += minutes * MINUTE_MS;

    await expect(cookies.authenticate({ method: 'GET', headers })).rejects.toMatchObject({
      hiddenReason: 'expired',
    });
  });
});
