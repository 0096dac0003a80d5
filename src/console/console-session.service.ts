import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { UnauthenticatedError } from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { AccessConfig } from '../config/access.config';
import { type ConsoleSession, ConsoleSessions } from './console-sessions';
import { LoginAuthenticator, type LoginRequest } from './login-authenticator';

/** A caller of the console; without a session in the modes that need no credential. */
export interface LoggedIn {
  readonly caller: Caller;
  readonly session?: ConsoleSession;
}

/** A login, and the value of `Set-Cookie` for it. */
export interface Login extends LoggedIn {
  readonly cookie?: string;
}

/** Logs callers in to the console and out of it. */
@Injectable()
export class ConsoleSessionService {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly logins: LoginAuthenticator,
    private readonly config: AccessConfig,
  ) {}

  /** Throws like `LoginAuthenticator`, or `StorageUnavailableError`, and then begins and ends no session. */
  async logIn(credential: string, request: LoginRequest): Promise<Login> {
    if (this.config.needsNoCredential) return { caller: Caller.anonymous };
    const caller = await this.logins.authenticate(credential, request);
    return { caller, ...(await this.sessions.begin(caller, credential, request.headers)) };
  }

  /** The session of a request whose caller is known. Throws `UnauthenticatedError` if a credential identified it. */
  async get(caller: Caller, headers: IncomingHttpHeaders): Promise<LoggedIn> {
    if (this.config.needsNoCredential) return { caller };
    return { caller, session: await this.sessionOf(headers) };
  }

  /**
   * Ends the session of a request, for all replicas at once, and returns the value of `Set-Cookie` that removes its
   * cookie. Throws like `get`.
   */
  async logOut(headers: IncomingHttpHeaders): Promise<string> {
    if (!this.config.needsNoCredential) await this.sessions.end(await this.sessionOf(headers));
    return this.sessions.clearingCookie(headers);
  }

  /** A cookie beside an `Authorization` header was not checked, so its session must not be used. */
  private async sessionOf(headers: IncomingHttpHeaders): Promise<ConsoleSession> {
    if (headers.authorization !== undefined) throw new UnauthenticatedError('unknown-session');
    return this.sessions.get(headers);
  }
}
