import { Injectable } from '@nestjs/common';
import { UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { SessionConfig } from '../../config/session.config';
import { type BeatOutcome, type Conversation, GuestChannel } from '../../session/ports/guest-channel';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { GenesysApi } from '../transport/genesys-api';
import type { GenesysAnswer } from '../transport/genesys-answer';
import type { Operation } from '../transport/genesys-http';
import { withRetries } from '../transport/retry';
import { beatOutcomeOf } from './beat-outcome';
import { beatBody, DISCONNECT_BODY, openBody } from './bodies';

const RESOURCE = ['conversations', 'messaging'] as const;

/**
 * Guest sessions over the REST resource `/api/v2/conversations/messaging`, with our own id as the conversation id.
 *
 * The resource is the one that this service was asked for; it is not part of Genesys Cloud's public API, so it
 * works against the simulator or a gateway that offers it. Opening is retried (the id makes a repeat harmless),
 * a beat is not (the next beat is its retry), a disconnect is retried by whoever asked for it.
 */
@Injectable()
export class ConversationsMessagingChannel extends GuestChannel {
  readonly name = 'conversations-messaging';

  constructor(
    private readonly api: GenesysApi,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  async open(conversation: Conversation, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const body = openBody(conversation);
    const answer = await withRetries(() => this.post(body, signal), {
      deadlineAt: this.clock.now() + this.config.openDeadlineMs,
      signal,
    });
    return jsonObjectOf(answer);
  }

  async beat(conversation: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome> {
    try {
      const body = beatBody(sequence, this.clock.now());
      const answer = await this.patch('beat', conversation.conversationId, body, signal);
      return beatOutcomeOf(errorOf(answer));
    } catch (error) {
      return beatOutcomeOf(error);
    }
  }

  async disconnect({ conversationId }: Conversation, signal: AbortSignal): Promise<'confirmed' | 'gone'> {
    const error = errorOf(await this.patch('disconnect', conversationId, DISCONNECT_BODY, signal));
    if (error === undefined) return 'confirmed';
    if (error instanceof UpstreamRejectedError && (error.gone || error.status === 409)) return 'gone';
    throw error;
  }

  private async post(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<GenesysAnswer> {
    const answer = await this.api.call({ operation: 'open', method: 'POST', path: RESOURCE, body }, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer;
  }

  private patch(
    operation: Operation,
    conversationId: string,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<GenesysAnswer> {
    return this.api.call({ operation, method: 'PATCH', path: [...RESOURCE, conversationId], body }, signal);
  }
}
