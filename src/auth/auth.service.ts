import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { AuthTelemetry } from './auth.telemetry';
import type { AccessToken } from './domain/access-token';
import { TokenEndpoint } from './ports/token-endpoint';

/**
 * The access tokens of the OAuth clients: one per client, reused until shortly before it expires. However many ask
 * at the same time, one request is in flight per client, and all of them share its answer or its error.
 */
@Injectable()
export class AuthService {
  private readonly tokens = new Map<string, AccessToken>();
  private readonly requests = new Map<string, Promise<AccessToken>>();

  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly clock: Clock,
    private readonly telemetry: AuthTelemetry,
  ) {}

  /** A usable token. Rejects with the `UpstreamError` of the token request; the next call asks again. */
  async token(clientId: string): Promise<AccessToken> {
    const cached = this.tokens.get(clientId);
    if (cached?.isUsable(this.clock.now()) === true) return cached;
    const pending = this.requests.get(clientId);
    if (pending !== undefined) return pending;
    const request = this.request(clientId).finally(() => this.requests.delete(clientId));
    this.requests.set(clientId, request);
    return request;
  }

  /** Drops exactly this token: one that has replaced it meanwhile stays. */
  invalidate(clientId: string, token: AccessToken): void {
    if (this.tokens.get(clientId) !== token) return;
    this.tokens.delete(clientId);
    this.telemetry.tokenRefused();
  }

  private async request(clientId: string): Promise<AccessToken> {
    try {
      const token = await this.endpoint.requestToken(clientId);
      this.tokens.set(clientId, token);
      this.telemetry.tokenIssued(clientId);
      return token;
    } catch (error) {
      this.telemetry.tokenRequestFailed(clientId, error);
      throw error;
    }
  }
}
