import { Injectable } from '@nestjs/common';
import type { OpeningMessage } from '../../session/domain/opening-message';
import type { Conversation } from '../../session/ports/guest-channel';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { type ApiCall, GenesysApiClient } from '../transport/genesys-api-client';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import { withRetries } from '../transport/retry';

type Body = Readonly<Record<string, unknown>>;
type Resource = 'message' | 'event' | 'receipt' | 'structured/response';

export interface InboundRequest {
  readonly operation: 'open' | 'message' | 'typing' | 'receipt';
  readonly resource: Resource;
  readonly body: Body;
  /** Asks for the id of the conversation in the answer to a message. */
  readonly wantsConversationId?: boolean;
}

/** Bounds of a request. */
export interface RequestBounds {
  /** End of all attempts and waits, of `performance.now()`. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
}

/** Requests of guests below `/api/v2/conversations/messages/{integrationId}/inbound/open`, as an OAuth client. */
@Injectable()
export class InboundRequests {
  constructor(
    private readonly api: GenesysApiClient,
    private readonly pool: OAuthClientPool,
  ) {}

  /**
   * Resolves with the answer of any 2xx. Repeats a request that was throttled, or whose connection broke: a message has
   * no second effect by its id, and typing and receipts have none that matters. Rejects with an `UpstreamError`.
   */
  async send(
    { oauthClient }: Pick<Conversation, 'oauthClient'>,
    { integrationId }: Pick<OpeningMessage, 'integrationId'>,
    request: InboundRequest,
    { deadlineAt, signal }: RequestBounds,
  ): Promise<Body> {
    const { retries } = this.pool.get(oauthClient);
    retries.earn();
    return withRetries(() => this.attempt(callOf(oauthClient, integrationId, request), deadlineAt, signal), {
      deadlineAt,
      signal,
      mayRetry: () => retries.trySpend(),
    });
  }

  private async attempt(
    call: Omit<ApiCall, 'patienceMs'>,
    deadlineAt: number,
    signal: AbortSignal,
  ): Promise<Body> {
    const patienceMs = Math.max(0, deadlineAt - performance.now());
    const answer = await this.api.call({ ...call, patienceMs }, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer.body === '' ? {} : jsonObjectOf(answer);
  }
}

function callOf(
  oauthClient: string,
  integrationId: string,
  { operation, resource, body, wantsConversationId = false }: InboundRequest,
): Omit<ApiCall, 'patienceMs'> {
  return {
    operation,
    method: 'POST',
    path: ['conversations', 'messages', integrationId, 'inbound', 'open', ...resource.split('/')],
    ...(wantsConversationId ? { query: { prefetchConversationId: 'true' } } : {}),
    body,
    oauthClient,
  };
}
