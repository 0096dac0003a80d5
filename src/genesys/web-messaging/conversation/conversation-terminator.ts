import { Injectable } from '@nestjs/common';
import { UpstreamForbiddenError, UpstreamRejectedError } from '../../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { DisconnectMeans } from '../../../session/domain/session-state';
import type { Conversation } from '../../../session/ports/guest-channel';
import { DeploymentConfig } from '../deployment/deployment-config';
import { PlatformConversations } from './platform-conversations';
import type { GuestSocket } from '../socket/guest-socket';

/** Ends conversations by the best of three means: the guest's Clear, the platform API, or closing the session. */
@Injectable()
export class ConversationTerminator {
  constructor(
    private readonly deployment: DeploymentConfig,
    private readonly platform: PlatformConversations,
    private readonly config: WebMessagingConfig,
  ) {}

  /** Time limit for all means together. */
  get timeoutMs(): number {
    return this.config.timeoutMs;
  }

  /** Waits for a connection, and returns the means. Rejects when the socket is over, or with the reason of the signal. */
  async end(conversation: Conversation, socket: GuestSocket, signal: AbortSignal): Promise<DisconnectMeans> {
    await socket.untilLive(signal);
    await socket.backfilled;
    return (
      (await this.byClearing(socket, signal)) ??
      (await this.byPlatform(conversation, socket, signal)) ??
      (await this.byClosing(socket, signal))
    );
  }

  private async byClearing(socket: GuestSocket, signal: AbortSignal): Promise<'clear' | undefined> {
    // Without the description of the deployment the other means remain.
    const deployment = await this.deployment.get().catch(() => undefined);
    if (deployment?.allowsClear !== true) return undefined;
    try {
      await socket.clear(signal);
      return 'clear';
    } catch (error) {
      // The deployment allows less than its description says.
      if (socket.reason === undefined && isRefusal(error)) return undefined;
      throw error;
    }
  }

  private async byPlatform(
    { oauthClient }: Conversation,
    { anyMessageId }: GuestSocket,
    signal: AbortSignal,
  ): Promise<'disconnect' | undefined> {
    if (anyMessageId === undefined) return undefined;
    try {
      const id = await this.platform.idOf(anyMessageId, oauthClient, signal);
      if (id === undefined) return undefined;
      await this.platform.disconnect(id, oauthClient, signal);
      return 'disconnect';
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  private async byClosing(socket: GuestSocket, signal: AbortSignal): Promise<'close'> {
    await socket.closeSession(signal);
    return 'close';
  }
}

/** Whether the platform refused, so that a repeat is useless. */
function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamRejectedError || error instanceof UpstreamForbiddenError;
}
