import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import type { EndDetection } from '../../session/domain/end-detection';
import {
  type BeatOutcome,
  type Conversation,
  type DisconnectOutcome,
  GuestChannel,
  type Opened,
} from '../../session/ports/guest-channel';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { assertInTime } from '../transport/in-time';
import { classOf, REACTIONS } from '../transport/reactions';
import { withRetries } from '../transport/retry';
import { beatOutcomeOf } from './beat-outcome';
import { beatBody, type Body, DISCONNECT_BODY, openBody } from './bodies';

const RESOURCE = ['conversations', 'messaging'] as const;
/** Windows of the rate limit for which a beat keeps its place in the queue: one that comes again stands behind all others. */
const BEAT_TIMEOUT_WINDOWS = 2;

/**
 * Guest sessions over the REST resource `/api/v2/conversations/messaging`, with an id of this service as the conversation id.
 *
 * The resource is the one that this service was asked for; it is not part of Genesys Cloud's public API, so it
 * works against the simulator or a gateway that offers it. Opening is retried (the id makes a repeat harmless),
 * a beat is not (the next beat is its retry), a disconnect is retried by its caller.
 */
@Injectable()
export class ConversationsMessagingChannel extends GuestChannel {
  readonly name = 'conversations-messaging';

  constructor(
    private readonly api: GenesysApiClient,
    private readonly pool: OAuthClientPool,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Nothing tells of it: a conversation that has ended refuses the next beat, at best. */
  override endDetection(): EndDetection {
    return 'none';
  }

  async open(conversation: Conversation, deadlineAt: number, signal: AbortSignal): Promise<Opened> {
    assertInTime(deadlineAt);
    const body = openBody(conversation);
    const { retries } = this.pool.get(conversation.oauthClient);
    retries.earn();
    const answer = await withRetries(() => this.post(conversation, body, deadlineAt, signal), {
      deadlineAt,
      signal,
      mayRetry: () => retries.trySpend(),
    });
    return { answer: jsonObjectOf(answer) };
  }

  async beat(conversation: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome> {
    try {
      const answer = await this.patch('beat', conversation, beatBody(sequence, this.clock.now()), signal);
      return beatOutcomeOf(errorOf(answer));
    } catch (error) {
      return beatOutcomeOf(error);
    }
  }

  leave(): void {
    // Nothing is kept of a conversation between two requests.
  }

  async disconnect(conversation: Conversation, signal: AbortSignal): Promise<DisconnectOutcome> {
    const error = errorOf(await this.patch('disconnect', conversation, DISCONNECT_BODY, signal));
    const { disconnect } = REACTIONS[classOf(error)];
    if (disconnect === 'retry') throw error ?? new Error('unreachable');
    return { kind: disconnect };
  }

  private async post(
    { oauthClient }: Conversation,
    body: Body,
    deadlineAt: number,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    const patienceMs = Math.max(0, deadlineAt - performance.now());
    const answer = await this.api.call(
      { operation: 'open', method: 'POST', path: RESOURCE, body, oauthClient, patienceMs },
      signal,
    );
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer;
  }

  private patch(
    operation: 'beat' | 'disconnect',
    { conversationId, oauthClient }: Conversation,
    body: Body,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    this.pool.get(oauthClient).retries.earn();
    const path = [...RESOURCE, conversationId];
    const patienceMs = this.patienceOf(operation);
    return this.api.call({ operation, method: 'PATCH', path, body, oauthClient, patienceMs }, signal);
  }

  private patienceOf(operation: 'beat' | 'disconnect'): number {
    const { timeoutMs, rateWindowMs } = this.config;
    return operation === 'disconnect' ? timeoutMs : BEAT_TIMEOUT_WINDOWS * rateWindowMs;
  }
}
