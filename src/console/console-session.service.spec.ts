import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { CallerQuota } from '../access/caller-quota';
import {
  AuthUnavailableError,
  QuotaExceededError,
  UnauthenticatedError,
} from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { NoCookieAuthenticator } from '../access/no-cookie-authenticator';
import { Authenticator } from '../access/ports/authenticator';
import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { SettableClock } from '../common/time/settable-clock.fake';
import { AccessConfig } from '../config/access.config';
import { ConsoleConfig } from '../config/console.config';
import { Environment } from '../config/environment';
import { ServerConfig } from '../config/server.config';
import { Metrics } from '../metrics/metrics';
import { ConsoleSessionService } from './console-session.service';
import { ConsoleSessions } from './console-sessions';
import { FailedLogins } from './failed-logins';
import { LoginAuthenticator } from './login-authenticator';
import { FakeConsoleSessionStore } from './ports/console-session.store.fake';

const BILLING = new Caller('billing', new Set(['sessions.read']));
const REQUEST = { headers: { host: 'localhost:3000' }, address: '192.0.2.1' };

class StubAuthenticator extends Authenticator {
  failure: Error | undefined;

  authenticate(authorization: string | undefined): Caller {
    if (this.failure !== undefined) throw this.failure;
    if (authorization !== 'Bearer key') throw new UnauthenticatedError('unknown-key');
    return BILLING;
  }
}

/** Charges nothing, or refuses. */
class StubQuota extends CallerQuota {
  readonly charged: Caller[] = [];
  isExceeded = false;

  override charge(caller: Caller): Promise<void> {
    this.charged.push(caller);
    return this.isExceeded ? Promise.reject(new QuotaExceededError(1, 1_000)) : Promise.resolve();
  }
}

let store: FakeConsoleSessionStore;
let credentials: StubAuthenticator;
let quota: StubQuota;
let service: ConsoleSessionService;

function serviceWith(settings: Partial<Environment> = {}): ConsoleSessionService {
  const environment = Object.assign(new Environment(), settings);
  const [access, server] = [new AccessConfig(environment), new ServerConfig(environment)];
  const telemetry = new AccessTelemetry(new Metrics());
  const sessions = new ConsoleSessions(store, new SettableClock(), new ConsoleConfig(environment), server);
  const service = new AccessService(credentials, access, telemetry, new NoCookieAuthenticator());
  const logins = new LoginAuthenticator(service, telemetry, quota, new FailedLogins(), server);
  return new ConsoleSessionService(sessions, logins, access);
}

beforeEach(() => {
  RecordingLog.install();
  store = new FakeConsoleSessionStore();
  credentials = new StubAuthenticator();
  quota = Object.create(StubQuota.prototype) as StubQuota;
  Object.assign(quota, { charged: [], isExceeded: false });
  service = serviceWith();
});

describe(ConsoleSessionService.name, () => {
  it("begins a session that has the caller's credential only encrypted, and charges the caller", async () => {
    const { caller, session, cookie } = await service.logIn('key', REQUEST);
    const [stored] = [...store.sessions.values()];

    expect(caller).toBe(BILLING);
    expect(cookie).toContain(`console-session=${session?.secrets.token ?? 'none'};`);
    expect(stored).toMatchObject({ id: session?.secrets.id, caller: 'billing' });
    expect(session?.secrets.decrypt(stored?.credential ?? '')).toBe('key');
    expect(quota.charged).toEqual([BILLING]);
  });

  it('begins none for a caller without quota, or of a foreign page', async () => {
    quota.isExceeded = true;
    const foreign = { ...REQUEST, headers: { ...REQUEST.headers, origin: 'https://evil.example' } };

    await expect(service.logIn('key', REQUEST)).rejects.toThrow(QuotaExceededError);
    await expect(service.logIn('key', foreign)).rejects.toMatchObject({ code: 'foreign-origin' });
    expect(store.sessions.size).toBe(0);
  });

  it('refuses the 21st failed login from an address, and counts neither successes nor outages', async () => {
    for (let count = 0; count < 30; count += 1) await service.logIn('key', REQUEST);
    credentials.failure = new AuthUnavailableError();
    for (let count = 0; count < 30; count += 1)
      await expect(service.logIn('key', REQUEST)).rejects.toThrow(AuthUnavailableError);
    credentials.failure = undefined;
    for (let count = 0; count < 20; count += 1)
      await expect(service.logIn('wrong', REQUEST)).rejects.toThrow(UnauthenticatedError);

    await expect(service.logIn('key', REQUEST)).rejects.toMatchObject({ code: 'too-many-failed-logins' });
    expect((await service.logIn('key', { ...REQUEST, address: '192.0.2.2' })).caller).toBe(BILLING);
  });

  it('uses no cookie beside an Authorization header, whose request needed no CSRF token', async () => {
    const { cookie = '' } = await service.logIn('key', REQUEST);
    const headers = { ...REQUEST.headers, cookie: cookie.split(';', 1)[0] ?? '' };
    const both = { ...headers, authorization: 'Bearer key' };

    await expect(service.logOut(both)).rejects.toThrow(UnauthenticatedError);
    await expect(service.get(BILLING, both)).rejects.toThrow(UnauthenticatedError);
    expect((await service.get(BILLING, headers)).session?.credential).toBe('key');
    expect(await service.logOut(headers)).toContain('Max-Age=0');
    expect(store.sessions.size).toBe(0);
  });

  it('fails when the session cannot be stored', async () => {
    store.failure = new StorageUnavailableError();

    await expect(service.logIn('key', REQUEST)).rejects.toBe(store.failure);
  });

  it('needs no login in a mode without credentials', async () => {
    const open = serviceWith({ ACCESS_MODE: 'open' });

    expect(await open.logIn('anything', REQUEST)).toEqual({ caller: Caller.anonymous });
    expect(await open.get(Caller.anonymous, REQUEST.headers)).toEqual({ caller: Caller.anonymous });
    expect(await open.logOut(REQUEST.headers)).toContain('Max-Age=0');
    expect(store.sessions.size).toBe(0);
  });
});
