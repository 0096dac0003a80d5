import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { CallerQuota } from '../access/caller-quota';
import { UnauthenticatedError } from '../access/domain/access.errors';
import type { Caller } from '../access/domain/caller';
import { RequestContext } from '../common/logging/request-context';
import { ServerConfig } from '../config/server.config';
import { FailedLogins } from './failed-logins';
import { foreignnessOf } from './own-origin';

/** The sender of a login: its headers and the address of its connection. */
export interface LoginRequest {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

/**
 * Authenticates the credential of a login as a bearer credential. It does for this public route what hooks do for
 * others: it refuses foreign pages, names the caller in the context, and charges the caller's quota.
 */
@Injectable()
export class LoginAuthenticator {
  constructor(
    private readonly access: AccessService,
    private readonly telemetry: AccessTelemetry,
    private readonly quota: CallerQuota,
    private readonly failures: FailedLogins,
    private readonly server: ServerConfig,
  ) {}

  /**
   * Throws `ForeignOriginError`, `TooManyFailedLoginsError`, `UnauthenticatedError`, `AuthUnavailableError` or
   * `QuotaExceededError`.
   */
  async authenticate(credential: string, { headers, address }: LoginRequest): Promise<Caller> {
    this.assertOwnPage(headers);
    const caller = await this.limited(address, () => this.access.identify(`Bearer ${credential}`));
    RequestContext.actAs(caller.name);
    await this.quota.charge(caller);
    return caller;
  }

  private assertOwnPage(headers: IncomingHttpHeaders): void {
    const refusal = foreignnessOf(headers, this.server.publicUrl);
    if (refusal === undefined) return;
    this.telemetry.notAdmitted(refusal.code);
    throw refusal;
  }

  /** Counts an attempt only if its credential is invalid. */
  private async limited(address: string, attempt: () => Promise<Caller>): Promise<Caller> {
    const takeBack = this.failures.begin(address);
    try {
      const caller = await attempt();
      takeBack();
      return caller;
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) takeBack();
      throw error;
    }
  }
}
