import { Injectable } from '@nestjs/common';
import { AccessTokenService } from '../../auth/access-token.service';
import type { AccessToken } from '../../auth/domain/access-token';
import { UpstreamUnauthorizedError } from '../../common/errors/upstream.errors';
import { parseRetryAfter } from '../../common/time/retry-after';
import { GenesysConfig } from '../../config/genesys.config';
import { LeaseFence } from '../../session/ports/lease-fence';
import { OAuthClientPool } from './oauth-client-pool';
import type { GenesysAnswer } from './genesys-answer';
import { GenesysHttpClient } from './genesys-http-client';
import type { Operation } from './operation';
import type { PooledClient } from './pooled-client';
import type { Priority } from './priority';

/** Operations of the platform API that are called as an OAuth client. */
export type ApiOperation = Extract<
  Operation,
  | 'open'
  | 'beat'
  | 'disconnect'
  | 'details'
  | 'message'
  | 'typing'
  | 'receipt'
  | 'state'
  | 'reconcile'
  | 'notification'
  | 'wait'
  | 'ranges'
>;

/**
 * Details are read to end a conversation, and are as urgent as a disconnect; the state of conversations is read in the
 * place of a beat, unless it is only reconciled. A message of a guest is as urgent as a new guest.
 */
const PRIORITY: Readonly<Record<ApiOperation, Priority>> = {
  open: 'open',
  beat: 'beat',
  disconnect: 'disconnect',
  details: 'disconnect',
  message: 'open',
  typing: 'other',
  receipt: 'other',
  state: 'beat',
  notification: 'other',
  reconcile: 'other',
  wait: 'other',
  ranges: 'other',
};

/** A call of the platform API, before it is authorised. */
export interface ApiCall {
  readonly operation: ApiOperation;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path segments below `/api/v2`; each is encoded here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>> | readonly unknown[];
  /** OAuth client whose token and budget are used. */
  readonly oauthClient: string;
  /** Limit of the wait for budget, a repeat with a fresh token included. */
  readonly patienceMs: number;
}

/**
 * Calls the platform API as an OAuth client, within that client's budget. A token that is refused is dropped, a
 * fresh one is asked for once, and the call is repeated once; the second answer is final, whatever its status.
 */
@Injectable()
export class GenesysApiClient {
  constructor(
    private readonly http: GenesysHttpClient,
    private readonly auth: AccessTokenService,
    private readonly pool: OAuthClientPool,
    private readonly config: GenesysConfig,
    private readonly leaseFence: LeaseFence,
  ) {}

  /**
   * Rejects with the `UpstreamError` of the token request or of an exchange without an answer, and with
   * `UpstreamThrottledError` when there is no budget in time, or `StorageUnavailableError` when this process may not
   * act for the conversation any more; then nothing was sent.
   */
  async call(call: ApiCall, signal: AbortSignal): Promise<GenesysAnswer> {
    const client = this.pool.get(call.oauthClient);
    const patienceEndsAt = performance.now() + call.patienceMs;
    const token = await this.tokenOf(client);
    const answer = await this.sendWithinBudget(client, call, token.value, signal);
    if (answer.status !== 401) return answer;
    this.auth.invalidate(client.id, token);
    const fresh = await this.tokenOf(client);
    const patienceMs = Math.max(0, patienceEndsAt - performance.now());
    return this.sendWithinBudget(client, { ...call, patienceMs }, fresh.value, signal);
  }

  /** Makes sure that the client has a token. Rejects with the `UpstreamError` of the token request. */
  async signIn(oauthClient: string): Promise<void> {
    await this.tokenOf(this.pool.get(oauthClient));
  }

  private async tokenOf(client: PooledClient): Promise<AccessToken> {
    try {
      const token = await this.auth.token(client.id);
      client.accepted();
      return token;
    } catch (error) {
      if (error instanceof UpstreamUnauthorizedError) client.refused();
      else client.unanswered();
      throw error;
    }
  }

  private async sendWithinBudget(
    { queue }: PooledClient,
    call: ApiCall,
    token: string,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    await queue.acquire(PRIORITY[call.operation], call.patienceMs, signal);
    let answer: GenesysAnswer | undefined;
    try {
      answer = await this.send(call, token, signal);
      if (answer.status === 429) queue.close(parseRetryAfter(answer.retryAfter, Date.now(), answer.date));
      return answer;
    } finally {
      queue.release(answer?.rate);
    }
  }

  private send(
    { operation, method, path, query, body }: ApiCall,
    token: string,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    return this.http.send(
      {
        operation,
        method,
        url: `${this.config.apiUrl}/api/v2/${path.map(encodeURIComponent).join('/')}${queryOf(query)}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        beforeSend: () => {
          this.leaseFence.assertValid();
        },
      },
      signal,
    );
  }
}

function queryOf(query: ApiCall['query']): string {
  return query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
}
