import { Injectable } from '@nestjs/common';
import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamTimeoutError,
} from '../../common/errors/upstream.errors';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import type { EndDetection } from '../../session/domain/end-detection';
import { AuthenticationRequiredError } from '../../session/domain/authentication.errors';
import {
  type BeatOutcome,
  type Conversation,
  type DisconnectOutcome,
  GuestChannel,
  type NewConversation,
  type Opened,
} from '../../session/ports/guest-channel';
import { assertInTime } from '../transport/in-time';
import { classOf } from '../transport/reactions';
import { ConversationReconciler } from '../platform-events/conversation-reconciler';
import { ConversationTerminator } from './conversation/conversation-terminator';
import { ConversationLookup } from './conversation/conversation-lookup';
import { DeploymentConfig } from './deployment/deployment-config';
import { omitUndefined } from '../fields';
import { GuestSockets } from './guest-sockets';
import type { GuestSocket } from './socket/guest-socket';
import { isEnd } from './socket/verdict';
import { WebAuthentication } from './web-authentication';
import { WebMessages } from './web-messages';

/** Time that a beat waits for a connection that is being opened. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** Delay of the next beat after the server has refused the session. */
const REFUSED_RETRY_MS = 30_000;

/**
 * Guest sessions over Genesys Cloud's guest WebSocket, one socket per session. The session's guest token is its
 * credential; a session that another process has opened is resumed with it, and never replaced by a new one.
 *
 * A guest authenticates before its socket is created, or over the open connection; each later connection is configured
 * for the authenticated guest.
 *
 * A beat is an echo. A missed echo, a lost connection and a refusal do not count against the conversation: the socket
 * reconnects, and only the server ends the session.
 */
@Injectable()
export class WebMessagingChannel extends GuestChannel {
  readonly name = 'web-messaging';
  override readonly beatsOnBudget = false;
  override readonly tellsJourney = true;

  constructor(
    private readonly sockets: GuestSockets,
    private readonly deployment: DeploymentConfig,
    private readonly ending: ConversationTerminator,
    override readonly messaging: WebMessages,
    override readonly authentication: WebAuthentication,
    private readonly lookup: ConversationLookup,
    private readonly reconciler: ConversationReconciler,
  ) {
    super();
  }

  override endDetection(): EndDetection | undefined {
    return this.deployment.peek()?.endDetection;
  }

  async open(
    { login, ...conversation }: NewConversation,
    deadlineAt: number,
    signal: AbortSignal,
  ): Promise<Opened> {
    const deployment = await abortable(this.deployment.get(), signal);
    const { isActive, autoStarts: autoStart } = deployment;
    assertInTime(deadlineAt);
    if (!isActive) throw new UpstreamForbiddenError('The deployment is not active in Genesys Cloud.');
    if (login === undefined && deployment.requiresLogin) throw new AuthenticationRequiredError();
    if (login !== undefined) await this.authentication.prepare(conversation, login, signal);
    const socket = this.sockets.create(conversation);
    try {
      const answer = { ...(await socket.open({ autoStart, deadlineAt }, signal)) };
      return {
        answer,
        isAuthenticated: login !== undefined,
        ...omitUndefined({ expiresAt: socket.expiresAt }),
      };
    } catch (error) {
      this.sockets.forget(conversation.conversationId);
      throw error;
    }
  }

  async beat(conversation: Conversation, _sequence: number, signal: AbortSignal): Promise<BeatOutcome> {
    const socket = this.sockets.get(conversation);
    try {
      await withDeadline(CONNECTION_TIMEOUT_MS, signal, (deadline) => socket.untilLive(deadline));
      if (!(await socket.echo(signal))) return { kind: 'postponed', cause: 'echo-missed' };
      void this.reconcile(conversation, socket, signal);
      return { kind: 'ok' };
    } catch (error) {
      return this.outcomeOf(error, socket, conversation);
    }
  }

  /** Never rejects. */
  private async reconcile(
    conversation: Conversation,
    socket: GuestSocket,
    signal: AbortSignal,
  ): Promise<void> {
    const id = await this.lookup.lookUp(conversation, socket, signal);
    if (id !== undefined) await this.reconciler.reconcile(id, conversation, signal);
  }

  leave(conversationId: string): void {
    this.sockets.forget(conversationId);
  }

  disconnect(conversation: Conversation, parent: AbortSignal): Promise<DisconnectOutcome> {
    const socket = this.sockets.get(conversation);
    return withDeadline(this.ending.timeoutMs, parent, async (signal, isOver) => {
      try {
        const means = await this.ending.end(conversation, socket, signal);
        return this.parted(conversation, { kind: 'confirmed', means });
      } catch (error) {
        if (isEnd(socket.reason)) return this.parted(conversation, { kind: 'gone' });
        if (socket.reason !== undefined) this.sockets.forget(conversation.conversationId);
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private parted<Outcome>({ conversationId }: Conversation, outcome: Outcome): Outcome {
    this.sockets.forget(conversationId);
    return outcome;
  }

  private outcomeOf(
    error: unknown,
    { reason, endCause }: GuestSocket,
    conversation: Conversation,
  ): BeatOutcome {
    if (isEnd(reason))
      return this.parted(conversation, { kind: 'gone', reason, ...omitUndefined({ endCause }) });
    // The next beat resumes the session again, not earlier.
    if (reason !== undefined)
      return this.parted(conversation, { kind: 'postponed', cause: reason, retryAfterMs: REFUSED_RETRY_MS });
    const cause = error instanceof UpstreamError ? classOf(error) : 'reconnecting';
    const retryAfterMs = error instanceof UpstreamError ? error.retryAfterMs : undefined;
    return { kind: 'postponed', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}
