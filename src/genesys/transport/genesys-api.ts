import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service';
import { GenesysConfig } from '../../config/genesys.config';
import type { GenesysAnswer } from './genesys-answer';
import { GenesysHttp, type Operation } from './genesys-http';

/** A call of the platform API, before it is authorised. */
export interface ApiCall {
  readonly operation: Operation;
  readonly method: 'POST' | 'PATCH';
  /** Path segments below `/api/v2`; each is encoded here. */
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Calls the platform API with an access token. A token that is refused is dropped, a fresh one is asked for once,
 * and the call is repeated once; what then arrives is the answer, whatever its status.
 */
@Injectable()
export class GenesysApi {
  constructor(
    private readonly http: GenesysHttp,
    private readonly auth: AuthService,
    private readonly config: GenesysConfig,
  ) {}

  /** Rejects with the `UpstreamError` of the token request or of an exchange without an answer. */
  async call(call: ApiCall, signal: AbortSignal): Promise<GenesysAnswer> {
    const { clientId } = this.config;
    const token = await this.auth.token(clientId);
    const answer = await this.send(call, token.value, signal);
    if (answer.status !== 401) return answer;
    this.auth.invalidate(clientId, token);
    const fresh = await this.auth.token(clientId);
    return this.send(call, fresh.value, signal);
  }

  private send(
    { operation, method, path, body }: ApiCall,
    token: string,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    return this.http.send(
      {
        operation,
        method,
        url: `${this.config.apiUrl}/api/v2/${path.map(encodeURIComponent).join('/')}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
      signal,
    );
  }
}
