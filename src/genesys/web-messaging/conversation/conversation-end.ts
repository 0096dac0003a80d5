import { Injectable } from '@nestjs/common';
import { UpstreamForbiddenError, UpstreamRejectedError } from '../../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { DisconnectMeans } from '../../../session/domain/session-state';
import type { Conversation } from '../../../session/ports/guest-channel';
import { DeploymentConfig } from '../deployment/deployment-config';
import { PlatformConversations } from './platform-conversations';
import type { GuestSocket } from '../socket/guest-socket';

/** Ends conversations by the best of three means: as a guest does, by the platform API, or by closing the session. */
@Injectable()
export class ConversationEnd {
  constructor(
    private readonly deployment: DeploymentConfig,
    private readonly platform: PlatformConversations,
    private readonly config: WebMessagingConfig,
  ) {}

  /** How long all of it may take. */
  get timeoutMs(): number {
    return this.config.timeoutMs;
  }

  /** Waits for a line. Rejects when the socket is over, or with the reason of the signal. */
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
    // Without a description there are other ways.
    const deployment = await this.deployment.get().catch(() => undefined);
    if (deployment?.allowsClear !== true) return undefined;
    try {
      await socket.clear(signal);
      return 'clear';
    } catch (error) {
      // The deployment allows less than it says.
      if (socket.reason === undefined && isNo(error)) return undefined;
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
      if (isNo(error)) return undefined;
      throw error;
    }
  }

  private async byClosing(socket: GuestSocket, signal: AbortSignal): Promise<'close'> {
    await socket.closeSession(signal);
    return 'close';
  }
}

/** Whether an answer was a no, which asking again does not change. */
function isNo(error: unknown): boolean {
  return error instanceof UpstreamRejectedError || error instanceof UpstreamForbiddenError;
}
