import { Injectable } from '@nestjs/common';
import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamRejectedError,
} from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import type { DisconnectOutcome } from '../../session/ports/guest-channel';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { type ApiCall, GenesysApiClient } from '../transport/genesys-api-client';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { objectsIn } from '../fields';
import { mediaParticipantOf } from '../platform-events/media-participant';

const DISCONNECTED = { state: 'disconnected' } as const;

/** Ends conversations in the platform API, as the guest leaving where that is allowed. */
@Injectable()
export class PlatformParticipants {
  constructor(
    private readonly api: GenesysApiClient,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Disconnects the customer's participant, or all participants where the platform refuses that. `gone` if there is no
   * such conversation, or the customer has left it, so that an agent keeps its after-call work. The platform accepts a
   * request before it acts: `accepted` while the customer is still shown. Rejects with an `UpstreamError` that may pass.
   */
  async disconnectCustomer(
    genesysConversationId: string,
    oauthClient: string,
    signal: AbortSignal,
  ): Promise<DisconnectOutcome> {
    const path = ['conversations', 'messages', genesysConversationId];
    try {
      const { hasLeft, participantId: id } = await this.readCustomer(path, oauthClient, signal);
      if (hasLeft) return { kind: 'gone' };
      const isDone =
        id !== undefined && (await this.tryDisconnect([...path, 'participants', id], oauthClient, signal));
      if (!isDone) await this.disconnect(path, oauthClient, signal);
      const isConfirmed = await this.confirm(path, oauthClient, signal);
      return isConfirmed ? { kind: 'confirmed', means: 'disconnect' } : { kind: 'accepted' };
    } catch (error) {
      if (error instanceof UpstreamRejectedError && error.gone) return { kind: 'gone' };
      throw error;
    }
  }

  /** The customer's present part; `hasLeft` if there are only earlier ones. */
  private async readCustomer(
    path: readonly string[],
    oauthClient: string,
    signal: AbortSignal,
  ): Promise<{ readonly hasLeft: boolean; readonly participantId?: string }> {
    const read = await this.call({ operation: 'details', method: 'GET', path, oauthClient }, signal);
    const customers = objectsIn(jsonObjectOf(read), 'participants')
      .map((participant) => mediaParticipantOf(participant, this.clock.now()))
      .filter(({ role }) => role === 'customer');
    // A thread that was continued may show earlier parts of the customer as well.
    const present = customers.findLast(({ state }) => state !== 'ended');
    const id = present?.participantId;
    return {
      hasLeft: customers.length > 0 && present === undefined,
      ...(id === undefined ? {} : { participantId: id }),
    };
  }

  /** A read that fails confirms nothing, and takes nothing back either. */
  private async confirm(path: readonly string[], oauthClient: string, signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.readCustomer(path, oauthClient, signal)).hasLeft;
    } catch (error) {
      if (error instanceof UpstreamError) return error instanceof UpstreamRejectedError && error.gone;
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
