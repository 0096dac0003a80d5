import { Injectable } from '@nestjs/common';
import type { RouteAccess } from '../common/access/route-access';
import { DomainError } from '../common/errors/domain.errors';
import { AccessConfig } from '../config/access.config';
import { AccessTelemetry } from './access.telemetry';
import { InsufficientScopeError, RouteClosedError } from './domain/access.errors';
import type { Caller } from './domain/caller';
import { foreignnessOf, type RequestHead } from './authentication/foreign-requests';
import { Authenticator } from './ports/authenticator';
import { CookieAuthenticator, type CookieRequest } from './ports/cookie-authenticator';

/** Authenticates callers and authorizes them for routes. */
@Injectable()
export class AccessService {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly config: AccessConfig,
    private readonly telemetry: AccessTelemetry,
    private readonly cookies: CookieAuthenticator,
  ) {}

  /** Tells whether a route is public. A route without an access rule is not. */
  isPublic(access: RouteAccess | undefined): boolean {
    if (access?.kind === 'page') return this.config.publicPages[access.page];
    return access?.kind === 'public';
  }

  /**
   * The error that refuses a request in the modes without credentials, counted; undefined if the request is served.
   */
  refusalOf(request: RequestHead): DomainError | undefined {
    const refusal = foreignnessOf(request, this.config.mode);
    if (refusal !== undefined) this.telemetry.notAdmitted(refusal.code);
    return refusal;
  }

  /** Throws `UnauthenticatedError`, or `AuthUnavailableError`. */
  async identify(authorization: string | undefined): Promise<Caller> {
    try {
      return await this.authenticator.authenticate(authorization);
    } catch (error) {
      this.telemetry.notIdentified(error);
      throw error;
    }
  }

  /**
   * The caller of a request: by its `Authorization` header, or without one by its session cookie if the route takes
   * cookies. Throws the errors of `identify`, and those of `CookieAuthenticator`.
   */
  async identifyRequest(request: CookieRequest, takesCookie: boolean): Promise<Caller> {
    const { authorization } = request.headers;
    if (authorization !== undefined || !takesCookie) return this.identify(authorization);
    return (await this.identifyByCookie(request)) ?? (await this.identify(undefined));
  }

  /**
   * Tells whether an earlier credential is still valid, and still belongs to a caller with the same rights; false if
   * it cannot be checked.
   */
  async stillKnows(caller: Caller, authorization: string | undefined): Promise<boolean> {
    try {
      return caller.isAs(await this.identify(authorization));
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }

  /** Throws `InsufficientScopeError`, or `RouteClosedError` for a route without an access rule. */
  authorize(caller: Caller, access: RouteAccess | undefined, url?: string): void {
    if (access === undefined) {
      this.telemetry.metClosedRoute(url);
      throw new RouteClosedError();
    }
    if (access.kind !== 'scope' || caller.may(access.scope)) return;
    this.telemetry.lacksScope(caller, access.scope);
    throw new InsufficientScopeError(access.scope);
  }

  private async identifyByCookie(request: CookieRequest): Promise<Caller | undefined> {
    try {
      return await this.cookies.authenticate(request);
    } catch (error) {
      this.telemetry.notIdentified(error);
      throw error;
    }
  }
}
