import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { UnauthenticatedError } from '../access/domain/access.errors';
import type { Caller } from '../access/domain/caller';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { LogThrottle } from '../common/logging/log-throttle';
import { Clock } from '../common/time/clock';
import { ConsoleConfig } from '../config/console.config';
import { ServerConfig } from '../config/server.config';
import { expiryLimitsAt, hasExpired } from './domain/console-session';
import { ConsoleSessionStore, type EndReason } from './ports/console-session.store';
import { SessionCookie } from './session-cookie';
import { SessionSecrets } from './session-secrets';

const LIMITS = { perCaller: 20, inAll: 10_000 };
/** The last use is written at most that often, and at least twice within the idle time. */
const TOUCH_MS = 60_000;
const COMPLAIN_EVERY_MS = 60_000;

/** A session that has not expired, as the cookie of a request opens it. */
export interface ConsoleSession {
  readonly secrets: SessionSecrets;
  readonly credential: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** A new session, and the value of `Set-Cookie` for it. */
export interface BegunSession {
  readonly session: ConsoleSession;
  readonly cookie: string;
}

/** The sessions of the console by the cookies of requests. Methods may throw `StorageUnavailableError`. */
@Injectable()
export class ConsoleSessions {
  private readonly log = new Logger(ConsoleSessions.name);
  private readonly complaints = new LogThrottle(COMPLAIN_EVERY_MS);

  constructor(
    private readonly store: ConsoleSessionStore,
    private readonly clock: Clock,
    private readonly config: ConsoleConfig,
    private readonly server: ServerConfig,
  ) {}

  /**
   * Begins a session with a new token, whatever cookie the request carries, and ends the session of that: a token that
   * another party has planted never becomes one of this caller.
   */
  async begin({ name }: Caller, credential: string, headers: IncomingHttpHeaders): Promise<BegunSession> {
    const secrets = SessionSecrets.generate();
    const now = this.clock.now();
    const times = { createdAt: now, lastUsedAt: now };
    const stored = { id: secrets.id, caller: name, credential: secrets.encrypt(credential), ...times };
    await this.store.create(stored, LIMITS, this.secretsIn(headers)?.id);
    return { session: { secrets, credential, ...times }, cookie: this.cookieOf(headers).set(secrets.token) };
  }

  /** Tells whether a request carries a session cookie, whether or not it is valid. */
  hasCookie(headers: IncomingHttpHeaders): boolean {
    return this.cookieOf(headers).read(headers) !== undefined;
  }

  /** Throws `UnauthenticatedError` without a cookie, and for a session that is unknown or over. */
  async get(headers: IncomingHttpHeaders): Promise<ConsoleSession> {
    const secrets = this.secretsIn(headers);
    if (secrets === undefined) throw new UnauthenticatedError('unknown-session');
    const stored = await this.store.find(secrets.id);
    if (stored === undefined) throw new UnauthenticatedError('unknown-session');
    if (hasExpired(stored, expiryLimitsAt(this.clock.now(), this.config)))
      throw new UnauthenticatedError('expired');
    const { createdAt, lastUsedAt } = stored;
    return { secrets, credential: secrets.decrypt(stored.credential), createdAt, lastUsedAt };
  }

  /**
   * Notes that the session is in use, in the database at most once a minute. A database that can only be read, such as
   * one on a full volume, fails no request for that: the console shows what is wrong.
   */
  async touch({ secrets, lastUsedAt }: ConsoleSession): Promise<void> {
    const now = this.clock.now();
    if (now - lastUsedAt < Math.min(TOUCH_MS, this.config.idleMs / 2)) return;
    try {
      await this.store.touch(secrets.id, now);
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
      this.complaints.say((count) => {
        this.log.warn({ message: 'Use of a console session not written', count, error });
      });
    }
  }

  async end({ secrets }: ConsoleSession, reason?: EndReason): Promise<void> {
    await this.store.end(secrets.id, reason);
  }

  /** The value of `Set-Cookie` that removes the cookie. */
  clearingCookie(headers: IncomingHttpHeaders): string {
    return this.cookieOf(headers).clear();
  }

  private secretsIn(headers: IncomingHttpHeaders): SessionSecrets | undefined {
    return SessionSecrets.of(this.cookieOf(headers).read(headers) ?? '');
  }

  private cookieOf(headers: IncomingHttpHeaders): SessionCookie {
    return SessionCookie.for(headers, this.server.publicUrl);
  }
}
