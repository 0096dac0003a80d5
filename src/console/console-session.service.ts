import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { CallerQuota } from '../access/caller-quota';
import { UnauthenticatedError } from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { RequestContext } from '../common/logging/request-context';
import { AccessConfig } from '../config/access.config';
import { ServerConfig } from '../config/server.config';
import { type ConsoleSession, ConsoleSessions } from './console-sessions';
import { FailedLogins } from './failed-logins';
import { foreignnessOf } from './own-origin';

/** The sender of a request: its headers and the address of its connection. */
export interface LoginRequest {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

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
    private readonly access: AccessService,
    private readonly telemetry: AccessTelemetry,
    private readonly quota: CallerQuota,
    private readonly failures: FailedLogins,
    private readonly config: AccessConfig,
    private readonly server: ServerConfig,
  ) {}

  /**
   * Throws `ForeignOriginError`, `TooManyFailedLoginsError`, `UnauthenticatedError`, `AuthUnavailableError`,
   * `QuotaExceededError` or `StorageUnavailableError`, and then changes nothing.
   */
  async logIn(credential: string, { headers, address }: LoginRequest): Promise<Login> {
    const refusal = foreignnessOf(headers, this.server.publicUrl);
    if (refusal !== undefined) {
      this.telemetry.notAdmitted(refusal.code);
      throw refusal;
    }
    if (this.config.needsNoCredential) return { caller: Caller.anonymous };
    const caller = await this.authenticated(credential, address);
    RequestContext.actAs(caller.name);
    await this.quota.charge(caller);
    return { caller, ...(await this.sessions.begin(caller, credential, headers)) };
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

  private async authenticated(credential: string, address: string): Promise<Caller> {
    const takeBack = this.failures.begin(address);
    try {
      const caller = await this.access.identify(`Bearer ${credential}`);
      takeBack();
      return caller;
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) takeBack();
      throw error;
    }
  }
}
