import { Injectable } from '@nestjs/common';
import { UpstreamForbiddenError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { GenesysConfig } from '../../config/genesys.config';
import type { DisconnectOutcome } from '../../session/ports/guest-channel';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { type ApiCall, GenesysApiClient } from '../transport/genesys-api-client';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { idIn, objectsIn, textIn } from '../fields';

const DISCONNECTED = { state: 'disconnected' } as const;

/** Purposes of the guest's participant: `external` in conversations that an organization has begun. */
const CUSTOMERS: ReadonlySet<string | undefined> = new Set(['customer', 'external']);

/** Ends conversations in the platform API, as the guest leaving where that is allowed. */
@Injectable()
export class PlatformParticipants {
  constructor(
    private readonly api: GenesysApiClient,
    private readonly config: GenesysConfig,
  ) {}

  /**
   * Disconnects the customer's participant, or all of them where the platform refuses that. `gone` if there is no such
   * conversation. Rejects with an `UpstreamError` that may pass.
   */
  async disconnectCustomer(
    genesysConversationId: string,
    oauthClient: string,
    signal: AbortSignal,
  ): Promise<DisconnectOutcome> {
    const path = ['conversations', 'messages', genesysConversationId];
    try {
      const read = await this.call({ operation: 'details', method: 'GET', path, oauthClient }, signal);
      const customer = objectsIn(jsonObjectOf(read), 'participants').find((participant) =>
        CUSTOMERS.has(textIn(participant, 'purpose')),
      );
      const participantId = customer && idIn(customer, 'id');
      const isDone =
        participantId !== undefined &&
        (await this.tryDisconnect([...path, 'participants', participantId], oauthClient, signal));
      if (!isDone) await this.disconnect(path, oauthClient, signal);
      return { kind: 'confirmed', means: 'disconnect' };
    } catch (error) {
      if (error instanceof UpstreamRejectedError && error.gone) return { kind: 'gone' };
      throw error;
    }
  }

  private async tryDisconnect(path: string[], oauthClient: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.disconnect(path, oauthClient, signal);
      return true;
    } catch (error) {
      // A role without the permission for participants may have the one for conversations.
      if (error instanceof UpstreamRejectedError || error instanceof UpstreamForbiddenError) return false;
      throw error;
    }
  }

  private async disconnect(path: string[], oauthClient: string, signal: AbortSignal): Promise<void> {
    await this.call(
      { operation: 'disconnect', method: 'PATCH', path, body: DISCONNECTED, oauthClient },
      signal,
    );
  }

  private async call(call: Omit<ApiCall, 'patienceMs'>, signal: AbortSignal): Promise<GenesysAnswer> {
    const answer = await this.api.call({ ...call, patienceMs: this.config.timeoutMs }, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return answer;
  }
}
