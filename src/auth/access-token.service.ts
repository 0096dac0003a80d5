import { Injectable } from '@nestjs/common';
import { UpstreamUnauthorizedError } from '../common/errors/upstream.errors';
import { Clock } from '../common/time/clock';
import { AuthTelemetry } from './auth.telemetry';
import type { AccessToken } from './domain/access-token';
import { TokenEndpoint } from './ports/token-endpoint';

/** Time for which refused credentials are not tried again; short, since a secret may have been rotated meanwhile. */
const REFUSED_MS = 3_000;

/**
 * The access tokens of the OAuth clients: one per client, reused until shortly before it expires. Concurrent calls
 * for a client share one request, and its result or error.
 */
@Injectable()
export class AccessTokenService {
  private readonly tokens = new Map<string, AccessToken>();
  private readonly requests = new Map<string, Promise<AccessToken>>();
  private readonly refusals = new Map<
    string,
    { readonly error: UpstreamUnauthorizedError; readonly until: number }
  >();

  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly clock: Clock,
    private readonly telemetry: AuthTelemetry,
  ) {}

  /**
   * A usable token. Rejects with the `UpstreamError` of the token request. The next call requests again, except that
   * refused credentials stay refused for a moment: otherwise every beat of every session would request.
   */
  async token(clientId: string): Promise<AccessToken> {
    const cached = this.tokens.get(clientId);
    if (cached?.isUsable(this.clock.now()) === true) return cached;
    const refusal = this.refusals.get(clientId);
    if (refusal !== undefined && performance.now() < refusal.until) throw refusal.error;
    const pending = this.requests.get(clientId);
    if (pending !== undefined) return pending;
    const request = this.request(clientId).finally(() => this.requests.delete(clientId));
    this.requests.set(clientId, request);
    return request;
  }

  /** Drops exactly this token: a newer one stays. */
  invalidate(clientId: string, token: AccessToken): void {
    if (this.tokens.get(clientId) !== token) return;
    this.tokens.delete(clientId);
    this.telemetry.tokenRefused();
  }

  private async request(clientId: string): Promise<AccessToken> {
    try {
      const token = await this.endpoint.requestToken(clientId);
      this.tokens.set(clientId, token);
      this.refusals.delete(clientId);
      this.telemetry.tokenIssued(clientId);
      return token;
    } catch (error) {
      this.telemetry.tokenRequestFailed(clientId, error);
      if (error instanceof UpstreamUnauthorizedError) {
        this.refusals.set(clientId, { error, until: performance.now() + REFUSED_MS });
      }
      throw error;
    }
  }
}
