import type { Admitted } from '../genesys/conversation-endpoint';
import { firstFalse, isFilled } from '../genesys/conversation-checks';
import { platformError } from '../genesys/platform-error';
import { Answer, emptyAnswer, jsonAnswer } from '../server/answer';
import { asFields, Fields, textOf } from '../web-messaging/guest-request';
import { MESSAGES_PREFIX } from './inbound-endpoint';
import { OpenAgentActions } from './open-agent-actions';
import { OpenConversation } from './open-conversation';
import { OpenConversationRegistry } from './open-conversation-registry';
import { openMessageDetails } from './open-message-details';
import { OpenParticipant } from './open-participant';

const MAX_AGENTLESS_CHARACTERS = 2_000;

/** The organisation's API of open conversations: state, end, participants, messages and agentless messages. */
export class OpenConversationEndpoint {
  constructor(
    private readonly conversations: OpenConversationRegistry,
    private readonly agent: OpenAgentActions,
  ) {}

  /** Returns undefined for any other path, and for a conversation or message of another channel. */
  answer(admitted: Admitted): Answer | undefined {
    const { path } = admitted.request;
    if (!path.startsWith(MESSAGES_PREFIX)) return undefined;
    const [id = '', part, participantId, ...rest] = path.slice(MESSAGES_PREFIX.length).split('/');
    if (id === 'agentless' && part === undefined) return this.sendAgentless(admitted);
    if (part === 'details' && participantId === undefined) return this.details(id, admitted);
    const conversation = this.conversations.find(id);
    if (conversation === undefined || rest.length > 0) return undefined;
    if (part === undefined) return this.answerConversation(conversation, admitted);
    if (part !== 'participants') return undefined;
    const participant = conversation.participants.find((one) => one.id === participantId);
    return participant === undefined
      ? platformError({ status: 404 }, admitted.correlationId)
      : this.changeParticipant(conversation, participant, admitted);
  }

  private answerConversation(conversation: OpenConversation, { request, correlationId }: Admitted): Answer {
    if (request.method === 'PATCH') {
      if (asFields(request.body)['state'] !== 'disconnected') return wrongField('state', correlationId);
      this.agent.end(conversation.id, 'api');
    } else if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    return jsonAnswer(200, conversation.toResource(`${MESSAGES_PREFIX}${conversation.id}`));
  }

  /** Disconnects a participant, which ends the conversation, or completes the after-call work of an agent. */
  private changeParticipant(
    { id }: OpenConversation,
    { purpose }: OpenParticipant,
    { request, correlationId }: Admitted,
  ): Answer {
    if (request.method !== 'PATCH') return platformError({ status: 405 }, correlationId);
    const { state, wrapup } = asFields(request.body);
    const { code, notes } = asFields(wrapup);
    if (state !== undefined && state !== 'disconnected') return wrongField('state', correlationId);
    if (wrapup !== undefined && !isFilled(code)) return wrongField('wrapup.code', correlationId);
    if (state === undefined && wrapup === undefined) return wrongField('state', correlationId);
    if (state === 'disconnected') this.agent.end(id, endedBy(purpose));
    if (wrapup !== undefined) this.agent.wrapUp(id, String(code), { notes: textOf(notes) ?? '' });
    return emptyAnswer(202);
  }

  private details(id: string, { request, correlationId }: Admitted): Answer | undefined {
    const message = this.conversations.findMessage(id);
    if (message === undefined) return undefined;
    return request.method === 'GET'
      ? jsonAnswer(200, openMessageDetails(id, message))
      : platformError({ status: 405 }, correlationId);
  }

  private sendAgentless({ request, correlationId }: Admitted): Answer {
    if (request.method !== 'POST') return platformError({ status: 405 }, correlationId);
    const { fromAddress, toAddress, toAddressMessengerType, textBody } = asFields(request.body);
    const text = textOf(textBody) ?? '';
    const wrong = firstFalse({
      fromAddress: isFilled(fromAddress),
      toAddress: isFilled(toAddress),
      toAddressMessengerType: toAddressMessengerType === 'open',
      textBody: text !== '' && text.length <= MAX_AGENTLESS_CHARACTERS,
    });
    if (wrong !== undefined) return platformError({ status: 400, ...wrong }, correlationId);
    const [integrationId, guestId] = [String(fromAddress), String(toAddress)];
    const said = this.agent.start(integrationId, guestId, text);
    if (said === undefined) return platformError({ status: 404 }, correlationId);
    const conversationId = this.conversations.findByGuest(integrationId, guestId)?.id;
    const addresses: Fields = { fromAddress, toAddress, messengerType: 'open' };
    const selfUri = `${MESSAGES_PREFIX}${said.id}`;
    return jsonAnswer(202, { id: said.id, conversationId, ...addresses, selfUri });
  }
}

function endedBy(purpose: OpenParticipant['purpose']): 'customer' | 'agent' | 'system' {
  return purpose === 'customer' || purpose === 'agent' ? purpose : 'system';
}

function wrongField(fieldName: string, correlationId: string): Answer {
  return platformError({ status: 400, details: [{ errorCode: 'invalid.value', fieldName }] }, correlationId);
}
