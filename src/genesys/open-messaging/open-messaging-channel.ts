import { Injectable } from '@nestjs/common';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamInvalidResponseError } from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { OpenMessagingConfig } from '../../config/open-messaging.config';
import { endReasonOf } from '../../session/domain/session-state';
import type { EndDetection } from '../../session/domain/end-detection';
import {
  type BeatOutcome,
  type Conversation,
  type DisconnectOutcome,
  GuestChannel,
  type Opened,
} from '../../session/ports/guest-channel';
import { assertInTime } from '../transport/in-time';
import { beatOutcomeOf } from '../conversations-messaging/beat-outcome';
import type { ConversationState } from '../platform-events/conversation-states';
import { ObservedStates } from '../platform-events/observed-states';
import { SESSION_ATTRIBUTE } from '../platform-events/snapshot-intake';
import { classOf } from '../transport/reactions';
import { idIn, omitUndefined } from '../fields';
import { messageBody } from './inbound-bodies';
import { InboundRequests, type RequestBounds } from './inbound-requests';
import { OpenMessages } from './open-messages';
import { OpenOpeningMessages } from './open-opening-messages';
import { openingMessageOf } from './opening-message-of';
import { PlatformParticipants } from './platform-participants';

/**
 * Guest sessions over Open Messaging: REST requests for the guest's side, signed webhooks for the other one. The first
 * message of a guest begins a conversation, so an opening is a message. Nothing keeps a conversation alive upstream; a beat
 * reads whether it has ended.
 */
@Injectable()
export class OpenMessagingChannel extends GuestChannel {
  readonly name = 'open-messaging';
  override readonly keepsGuest = false;

  constructor(
    private readonly requests: InboundRequests,
    private readonly states: ObservedStates,
    private readonly participants: PlatformParticipants,
    override readonly messaging: OpenMessages,
    override readonly openingMessages: OpenOpeningMessages,
    private readonly config: OpenMessagingConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Genesys Cloud sends no event of an end over a webhook; a beat reads it. */
  override endDetection(): EndDetection {
    return 'platform';
  }

  async open(conversation: Conversation, deadlineAt: number, signal: AbortSignal): Promise<Opened> {
    assertInTime(deadlineAt);
    const answer = await this.sendOpeningMessage(conversation, { deadlineAt, signal });
    const genesysConversationId = idIn(answer, 'conversationId');
    if (genesysConversationId === undefined) throw new UpstreamInvalidResponseError('no conversationId');
    return { answer, genesysConversationId };
  }

  async beat(
    { conversationId, genesysConversationId, oauthClient }: Conversation,
    _sequence: number,
    signal: AbortSignal,
  ): Promise<BeatOutcome> {
    // Without an id there is nothing to read: a session of this channel is active only once it has one.
    if (genesysConversationId === undefined) return { kind: 'ok' };
    try {
      // Stores the facts of an end first, which say more about it than a beat does.
      const outcome = outcomeOf(await this.states.read(genesysConversationId, oauthClient, signal));
      if (outcome.kind === 'gone') this.leave(conversationId);
      return outcome;
    } catch (error) {
      if (error instanceof StorageUnavailableError) return { kind: 'postponed', cause: error.code };
      const outcome = beatOutcomeOf(error);
      // A read that fails, mostly one of many conversations, is no evidence against this one: it lives without beats.
      return outcome.kind === 'postponed' ? outcome : { kind: 'postponed', cause: classOf(error) };
    }
  }

  leave(conversationId: string): void {
    this.messaging.leave(conversationId);
  }

  /**
   * Ends the customer's part, so that the agent keeps the time for after-call work, or else the conversation. Repeats the
   * opening message where the id of the conversation is unknown: it has the same id, and is answered with that of the
   * conversation.
   */
  async disconnect(conversation: Conversation, signal: AbortSignal): Promise<DisconnectOutcome> {
    this.leave(conversation.conversationId);
    const bounds = { deadlineAt: performance.now() + this.config.timeoutMs, signal };
    const id = conversation.genesysConversationId ?? (await this.idOf(conversation, bounds));
    if (id === undefined) return { kind: 'gone' };
    return this.participants.disconnectCustomer(id, conversation.oauthClient, signal);
  }

  private async idOf(conversation: Conversation, bounds: RequestBounds): Promise<string | undefined> {
    // An erased guest has no address left.
    if (conversation.guestContext?.openingMessage === undefined) return undefined;
    return idIn(await this.sendOpeningMessage(conversation, bounds), 'conversationId');
  }

  private sendOpeningMessage(
    conversation: Conversation,
    bounds: RequestBounds,
  ): Promise<Readonly<Record<string, unknown>>> {
    const guest = openingMessageOf(conversation);
    const body = messageBody(conversation, guest, {
      messageId: conversation.conversationId,
      at: this.clock.now(),
      text: guest.text,
      customAttributes: {
        ...conversation.guestContext?.customAttributes,
        // The script of an agent can link back to the session, and the flow can route by the queue.
        [SESSION_ATTRIBUTE]: conversation.conversationId,
        guestQueueId: conversation.queueId,
      },
    });
    const request = { operation: 'open', resource: 'message', body, wantsConversationId: true } as const;
    return this.requests.send(conversation, guest, request, bounds);
  }
}

function outcomeOf(state: ConversationState): BeatOutcome {
  if (state.kind === 'gone') return { kind: 'gone', ...omitUndefined({ endCause: state.word }) };
  const { ended } = state.snapshot;
  if (ended === undefined) return { kind: 'ok' };
  const reason = endReasonOf(ended.by);
  return { kind: 'gone', ...omitUndefined({ reason, endCause: ended.disconnectType }) };
}
