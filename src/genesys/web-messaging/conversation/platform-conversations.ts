import { Injectable } from '@nestjs/common';
import { GenesysConfig } from '../../../config/genesys.config';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { type ApiCall, GenesysApiClient } from '../../transport/genesys-api-client';
import type { GenesysAnswer } from '../../transport/genesys-answer';
import { idIn } from '../../fields';

const RESOURCE = ['conversations', 'messages'] as const;

/** Conversations in the platform API. The guest protocol does not name the conversation id, so a message has to lead to it. */
@Injectable()
export class PlatformConversations {
  constructor(
    private readonly api: GenesysApiClient,
    private readonly config: GenesysConfig,
  ) {}

  /** Finds the conversation of a message; undefined when the platform names no valid id. */
  async idOf(messageId: string, oauthClient: string, signal: AbortSignal): Promise<string | undefined> {
    const path = [...RESOURCE, messageId, 'details'];
    const answer = await this.call({ operation: 'details', method: 'GET', path, oauthClient }, signal);
    return idIn(jsonObjectOf(answer), 'conversationId');
  }

  /** Disconnects all participants. */
  async disconnect(conversationId: string, oauthClient: string, signal: AbortSignal): Promise<void> {
    const path = [...RESOURCE, conversationId];
    const body = { state: 'disconnected' };
    await this.call({ operation: 'disconnect', method: 'PATCH', path, body, oauthClient }, signal);
  }

  private async call(call: Omit<ApiCall, 'patienceMs'>, signal: AbortSignal): Promise<GenesysAnswer> {
    const answer = await this.api.call({ ...call, patienceMs: this.config.timeoutMs }, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer;
  }
}
