import type { Admitted } from '../genesys/conversation-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { ConversationDesk } from './conversation-desk';
import { asFields } from './guest-request';
import { GuestSession } from './guest-session';
import { SessionBook } from './session-book';

export const MESSAGES_PATH = '/api/v2/conversations/messages/';

/** The organisation's view of guests' conversations: which one a message belongs to, its state, and its end. */
export class MessageConversationEndpoint {
  constructor(
    private readonly book: SessionBook,
    private readonly conversations: ConversationDesk,
  ) {}

  answer({ request, correlationId }: Admitted): Answer {
    const [id = '', details, rest] = request.path.slice(MESSAGES_PATH.length).split('/');
    const notFound = platformError({ status: 404 }, correlationId);
    if (rest !== undefined || (details !== undefined && details !== 'details')) return notFound;
    if (details === 'details') {
      const conversationId = request.method === 'GET' ? this.book.conversationOf(id) : undefined;
      return conversationId === undefined ? notFound : jsonAnswer(200, { id, conversationId });
    }
    const session = this.book.findByConversation(id);
    if (session === undefined) return notFound;
    if (request.method === 'GET') return jsonAnswer(200, resourceOf(session, id));
    if (request.method !== 'PATCH') return platformError({ status: 405 }, correlationId);
    if (asFields(request.body)['state'] !== 'disconnected') {
      const wrong = [{ errorCode: 'invalid.value', fieldName: 'state' }];
      return platformError({ status: 400, details: wrong }, correlationId);
    }
    if (session.conversationId === id) this.conversations.disconnect(session);
    return jsonAnswer(200, resourceOf(session, id));
  }
}

/** The state is the participants'; the conversation itself shows none. */
function resourceOf(session: GuestSession, id: string): unknown {
  const isOpen = session.conversationId === id && session.isConversationOpen;
  const end = isOpen ? { state: 'connected' } : { state: 'disconnected', disconnectType: 'client' };
  return {
    id,
    participants: [
      { purpose: 'customer', attributes: session.attributes, ...end },
      { purpose: 'acd', ...end },
    ],
    selfUri: `${MESSAGES_PATH}${id}`,
  };
}
