import { Injectable, Logger } from '@nestjs/common';
import { AccessToken } from '../../auth/domain/access-token';
import { TokenEndpoint } from '../../auth/ports/token-endpoint';
import {
  UpstreamError,
  UpstreamInvalidResponseError,
  UpstreamUnauthorizedError,
} from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import { errorOf, jsonObjectOf } from '../transport/classification';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { GenesysHttpClient } from '../transport/genesys-http-client';

/** Longest usable token: it must fit into a header with room for others. */
const MAX_TOKEN_LENGTH = 8_192;
/** How much of a refusal is kept for the log. */
const LOGGED_BODY_LENGTH = 500;

/**
 * The token endpoint of Genesys Cloud, `POST {login}/oauth/token` with the client-credentials grant.
 *
 * Genesys documents HTTP Basic; some gateways want the credentials as form fields. A refused client is a 400 or a
 * 401 there; it often means that the client belongs to another region.
 */
@Injectable()
export class OAuthTokenEndpoint extends TokenEndpoint {
  private readonly log = new Logger(OAuthTokenEndpoint.name);

  constructor(
    private readonly http: GenesysHttpClient,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  async requestToken(clientId: string): Promise<AccessToken> {
    try {
      return await this.exchange(clientId);
    } catch (error) {
      if (error instanceof UpstreamError) {
        error.dependency = 'login';
        error.mayHaveTakenEffect = false;
      }
      throw error;
    }
  }

  private async exchange(clientId: string): Promise<AccessToken> {
    const requestedAt = this.clock.now();
    const answer = await this.http.send({
      operation: 'token',
      method: 'POST',
      url: `${this.config.loginUrl}/oauth/token`,
      ...this.identification(clientId),
    });
    this.refuse(answer);
    const { access_token: value, expires_in: expiresIn } = jsonObjectOf(answer);
    if (typeof value !== 'string' || value === '' || value.length > MAX_TOKEN_LENGTH)
      throw new UpstreamInvalidResponseError('no access token');
    return AccessToken.issued(value, expiresIn, requestedAt);
  }

  private identification(clientId: string): { headers: Record<string, string>; body: string } {
    const secret = this.config.clients.secretOf(clientId);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const grant = { grant_type: 'client_credentials' };
    if (this.config.clientAuth === 'body') {
      return { headers, body: form({ ...grant, client_id: clientId, client_secret: secret }) };
    }
    const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
    return { headers: { ...headers, authorization: `Basic ${basic}` }, body: form(grant) };
  }

  private refuse(answer: GenesysAnswer): void {
    const error = errorOf(answer);
    if (error === undefined) return;
    this.log.warn({
      message: 'The token endpoint refused',
      status: answer.status,
      upstreamBody: answer.body.slice(0, LOGGED_BODY_LENGTH),
    });
    if (answer.status !== 400 && answer.status !== 401) throw error;
    throw new UpstreamUnauthorizedError(
      'Genesys Cloud says: invalid client credentials (or another region).',
    );
  }
}

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}
