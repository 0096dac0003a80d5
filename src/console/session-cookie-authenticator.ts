import { Injectable } from '@nestjs/common';
import { CsrfTokenInvalidError, UnauthenticatedError } from '../access/domain/access.errors';
import type { Caller } from '../access/domain/caller';
import { Authenticator } from '../access/ports/authenticator';
import { CookieAuthenticator, type CookieRequest } from '../access/ports/cookie-authenticator';
import { AccessConfig } from '../config/access.config';
import { ServerConfig } from '../config/server.config';
import { type ConsoleSession, ConsoleSessions } from './console-sessions';
import { foreignnessOf } from './own-origin';

/** RFC 9110, 9.2.1: methods that change nothing, as far as this API has them. */
const SAFE_METHODS = ['GET', 'HEAD'];

/**
 * Authenticates requests by the cookie of a session of the console. The browser adds it by itself, so a request has to
 * come from a page of this service, and one that may change something has to carry the session's CSRF token.
 *
 * The stored credential is authenticated again with each request: the caller has the scopes and limits of this moment,
 * and a revoked or expired credential ends the session.
 */
@Injectable()
export class SessionCookieAuthenticator extends CookieAuthenticator {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly authenticator: Authenticator,
    private readonly access: AccessConfig,
    private readonly server: ServerConfig,
  ) {
    super();
  }

  async authenticate({ method = '', headers }: CookieRequest): Promise<Caller | undefined> {
    if (this.access.needsNoCredential || !this.sessions.hasCookie(headers)) return undefined;
    const refusal = foreignnessOf(headers, this.server.publicUrl);
    if (refusal !== undefined) throw refusal;
    const session = await this.sessions.get(headers);
    if (!SAFE_METHODS.includes(method)) assertCsrfToken(session, headers['x-csrf-token']);
    const caller = await this.authenticated(session);
    await this.sessions.touch(session);
    return caller;
  }

  private async authenticated(session: ConsoleSession): Promise<Caller> {
    try {
      return await this.authenticator.authenticate(`Bearer ${session.credential}`);
    } catch (error) {
      if (error instanceof UnauthenticatedError) await this.sessions.end(session, 'credential-invalid');
      throw error;
    }
  }
}

function assertCsrfToken({ secrets }: ConsoleSession, given: string | string[] | undefined): void {
  if (typeof given !== 'string' || !secrets.isCsrfToken(given)) throw new CsrfTokenInvalidError();
}
