import { Injectable } from '@nestjs/common';
import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamUnauthorizedError,
} from '../../../common/errors/upstream.errors';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { JourneyContext } from '../../../session/domain/guest-context';
import type { Login } from '../../../session/domain/login';
import type { Credentials } from '../../../session/ports/guest-credentials';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysHttpClient, type GenesysRequest } from '../../transport/genesys-http-client';
import { journeyField } from '../frames/client-frame';
import { type Fields, omitUndefined, textIn } from '../../fields';

const JSON_BODY = { 'content-type': 'application/json' };

/**
 * The public API for the login of guests, outside of any OAuth client's budget. Every method rejects with an `UpstreamError`
 * that has not taken effect on any session, and that never holds the upstream's answer.
 */
@Injectable()
export class GuestLogin {
  constructor(
    private readonly http: GenesysHttpClient,
    private readonly genesys: GenesysConfig,
    private readonly config: WebMessagingConfig,
  ) {}

  /** Exchanges a login for credentials. Rejects with `GuestNotAuthenticatedError` when the login is invalid or expired. */
  async exchange(login: Login, signal: AbortSignal, journey?: JourneyContext): Promise<Credentials> {
    const body = { deploymentId: this.config.deploymentId, ...exchangeOf(login), ...journeyField(journey) };
    try {
      const answer = await this.post('oauthcodegrantjwtexchange', body, signal);
      return { jwt: jwtIn(answer), ...omitUndefined({ refreshToken: textIn(answer, 'refreshToken') }) };
    } catch (error) {
      throw isRefusal(error) ? new GuestNotAuthenticatedError({ cause: error }) : withoutEffect(error);
    }
  }

  /** Gets a new token. Rejects with `GuestNotAuthenticatedError` when the guest has to log in again. */
  async refresh(refreshToken: string, signal: AbortSignal): Promise<string> {
    try {
      return jwtIn(
        await this.post('refresh', { refreshToken, deploymentId: this.config.deploymentId }, signal),
      );
    } catch (error) {
      const isOver = isRefusal(error) || error instanceof UpstreamRejectedError;
      throw isOver ? new GuestNotAuthenticatedError({ cause: error }) : withoutEffect(error);
    }
  }

  /** Revokes all tokens of the guest. Returns whether the token was valid for that. */
  async revoke(jwt: string, signal: AbortSignal): Promise<boolean> {
    const headers = { authorization: `Bearer ${jwt}` };
    try {
      await this.send({ operation: 'guest-logout', method: 'DELETE', headers }, 'revoke', signal);
      return true;
    } catch (error) {
      if (error instanceof UpstreamUnauthorizedError) return false;
      throw withoutEffect(error);
    }
  }

  private async post(path: string, body: object, signal: AbortSignal): Promise<Fields> {
    const request = { operation: 'guest-login', method: 'POST', headers: JSON_BODY } as const;
    return jsonObjectOf(await this.send({ ...request, body: JSON.stringify(body) }, path, signal));
  }

  private async send(
    request: Omit<GenesysRequest, 'url'>,
    path: string,
    signal: AbortSignal,
  ): ReturnType<GenesysHttpClient['send']> {
    const url = `${this.genesys.apiUrl}/api/v2/webdeployments/token/${path}`;
    const headers = { ...request.headers, origin: this.config.origin };
    const answer = await this.http.send({ ...request, url, headers }, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer;
  }
}

/** The field `oauth` in either form (`WebDeploymentsOAuthRequestParameters` of the platform SDKs). */
function exchangeOf({ idToken, nonce, authCode, redirectUri, codeVerifier, maxAge, iss }: Login): object {
  if (idToken !== undefined) return { oauth: { idToken, nonce } };
  return { oauth: { code: authCode, redirectUri, ...omitUndefined({ codeVerifier, nonce, maxAge, iss }) } };
}

function jwtIn(answer: Fields): string {
  const jwt = textIn(answer, 'jwt');
  if (jwt === undefined || jwt === '') throw new UpstreamInvalidResponseError('a login without a token');
  return jwt;
}

function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamUnauthorizedError || error instanceof UpstreamForbiddenError;
}

/** Marks an error as without effect on any session, whatever the outcome of the login itself. */
function withoutEffect(error: unknown): unknown {
  if (error instanceof UpstreamError) error.mayHaveTakenEffect = false;
  return error;
}
