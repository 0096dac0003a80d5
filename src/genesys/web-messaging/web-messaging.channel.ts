import { Injectable } from '@nestjs/common';
import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamRejectedError,
  UpstreamTimeoutError,
} from '../../common/errors/upstream.errors';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import type { DisconnectMeans, UpstreamEndReason } from '../../session/domain/session-state';
import {
  type BeatOutcome,
  type Conversation,
  type DisconnectOutcome,
  GuestChannel,
  type Opened,
} from '../../session/ports/guest-channel';
import { assertInTime } from '../transport/in-time';
import { classOf } from '../transport/reactions';
import { DeploymentConfig } from './deployment-config';
import { known } from './frames/fields';
import { GuestSockets } from './guest-sockets';
import { PlatformConversations } from './platform-conversations';
import type { GuestSocket } from './socket/guest-socket';
import type { OverReason } from './socket/socket-owner';
import { WebMessages } from './web-messages';

/** How long a beat waits for a line that is being made. */
const PATIENCE_MS = 5_000;
/** Who was refused does not come again at once. */
const REFUSED_MS = 30_000;

/**
 * Guest sessions over Genesys Cloud's guest WebSocket, one socket per session. The session's guest token is its
 * credential; a session that another process has opened is resumed with it, and never begun anew.
 *
 * A beat is an echo. One that is missed, a line that is lost and a refusal count nothing against the conversation:
 * the socket connects again, and only what the server says ends the session.
 */
@Injectable()
export class WebMessagingChannel extends GuestChannel {
  readonly name = 'web-messaging';
  override readonly beatsOnBudget = false;

  constructor(
    private readonly sockets: GuestSockets,
    private readonly deployment: DeploymentConfig,
    private readonly platform: PlatformConversations,
    private readonly config: WebMessagingConfig,
    override readonly messaging: WebMessages,
  ) {
    super();
  }

  async open(conversation: Conversation, deadlineAt: number, signal: AbortSignal): Promise<Opened> {
    const { isActive, autoStarts: autoStart } = await abortable(this.deployment.get(), signal);
    assertInTime(deadlineAt, Date.now());
    if (!isActive) throw new UpstreamForbiddenError('The deployment is not active in Genesys Cloud.');
    const socket = this.sockets.make(conversation);
    try {
      const answer = { ...(await socket.open({ autoStart, deadlineAt }, signal)) };
      return { answer, ...known({ expiresAt: socket.expiresAt }) };
    } catch (error) {
      this.sockets.forget(conversation.conversationId);
      throw error;
    }
  }

  async beat(conversation: Conversation, _sequence: number, signal: AbortSignal): Promise<BeatOutcome> {
    const socket = this.sockets.of(conversation);
    try {
      await withDeadline(PATIENCE_MS, signal, (patience) => socket.untilLive(patience));
      return (await socket.echo(signal)) ? { kind: 'ok' } : { kind: 'postponed', cause: 'echo-missed' };
    } catch (error) {
      return this.outcomeOf(error, socket, conversation);
    }
  }

  disconnect(conversation: Conversation, parent: AbortSignal): Promise<DisconnectOutcome> {
    const socket = this.sockets.of(conversation);
    return withDeadline(this.config.timeoutMs, parent, async (signal, isOver) => {
      try {
        const means = await this.end(conversation, socket, signal);
        return this.parted(conversation, { kind: 'confirmed', means });
      } catch (error) {
        if (isEnd(socket.reason)) return this.parted(conversation, { kind: 'gone' });
        if (socket.reason !== undefined) this.sockets.forget(conversation.conversationId);
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private async end(
    conversation: Conversation,
    socket: GuestSocket,
    signal: AbortSignal,
  ): Promise<DisconnectMeans> {
    await socket.untilLive(signal);
    await socket.caughtUp;
    return (
      (await this.endByClearing(socket, signal)) ??
      (await this.endByPlatform(conversation, socket, signal)) ??
      (await this.endByClosing(socket, signal))
    );
  }

  private async endByClearing(socket: GuestSocket, signal: AbortSignal): Promise<'clear' | undefined> {
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

  private async endByPlatform(
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

  private async endByClosing(socket: GuestSocket, signal: AbortSignal): Promise<'close'> {
    await socket.closeSession(signal);
    return 'close';
  }

  private parted<Outcome>({ conversationId }: Conversation, outcome: Outcome): Outcome {
    this.sockets.forget(conversationId);
    return outcome;
  }

  private outcomeOf(error: unknown, { reason }: GuestSocket, conversation: Conversation): BeatOutcome {
    if (isEnd(reason)) return this.parted(conversation, { kind: 'gone', reason });
    // The next beat asks anew; until then nobody insists.
    if (reason !== undefined)
      return this.parted(conversation, { kind: 'postponed', cause: reason, retryAfterMs: REFUSED_MS });
    const cause = error instanceof UpstreamError ? classOf(error) : 'reconnecting';
    const retryAfterMs = error instanceof UpstreamError ? error.retryAfterMs : undefined;
    return { kind: 'postponed', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}

/** Whether a socket is over because there is no conversation any more. */
function isEnd(reason: OverReason | undefined): reason is UpstreamEndReason {
  return reason !== undefined && reason !== 'refused' && reason !== 'closed';
}

/** Whether an answer was a no, which asking again does not change. */
function isNo(error: unknown): boolean {
  return error instanceof UpstreamRejectedError || error instanceof UpstreamForbiddenError;
}
