import type { Admitted } from '../genesys/conversation-endpoint';
import type { MessageDetails } from '../genesys/message-bulk-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { ConversationHandler } from './conversation-handler';
import { asFields } from './guest-request';
import { IndexedMessage, SessionRegistry } from './session-registry';

export const MESSAGES_PATH = '/api/v2/conversations/messages/';

/** The organisation's API of guests' conversations: the conversation of a message, its state, and its end. */
export class MessageConversationEndpoint {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly conversations: ConversationHandler,
  ) {}

  answer({ request, correlationId }: Admitted): Answer {
    const [id = '', details, rest] = request.path.slice(MESSAGES_PATH.length).split('/');
    const notFound = platformError({ status: 404 }, correlationId);
    if (rest !== undefined || (details !== undefined && details !== 'details')) return notFound;
    if (details === 'details') {
      const said = request.method === 'GET' ? this.registry.findMessage(id) : undefined;
      return said === undefined ? notFound : jsonAnswer(200, webMessageDetails(id, said));
    }
    const session = this.registry.findByConversation(id);
    const record = this.registry.findRecord(id);
    if (session === undefined || record === undefined) return notFound;
    const resource = (): Answer => jsonAnswer(200, record.toResource(`${MESSAGES_PATH}${id}`));
    if (request.method === 'GET') return resource();
    if (request.method !== 'PATCH') return platformError({ status: 405 }, correlationId);
    if (asFields(request.body)['state'] !== 'disconnected') {
      const wrong = [{ errorCode: 'invalid.value', fieldName: 'state' }];
      return platformError({ status: 400, details: wrong }, correlationId);
    }
    if (session.conversationId === id) this.conversations.disconnect(session);
    return resource();
  }
}

/** The message's details under the requested id: that of the frame or of its channel. */
export function webMessageDetails(
  id: string,
  { conversationId, direction, at, status }: IndexedMessage,
): MessageDetails {
  return {
    id,
    conversationId,
    timestamp: new Date(at).toISOString(),
    direction: direction === 'Inbound' ? 'inbound' : 'outbound',
    status,
    messengerType: 'webmessaging',
    selfUri: `${MESSAGES_PATH}${id}/details`,
  };
}
